#include "event/fields.hpp"

#include "core/utf8.hpp"

#include <boost/json/value.hpp>

namespace familiar::event {

namespace json = boost::json;

namespace {

const json::object nothing;

}  // namespace

fields fields::object(std::string_view name) const {
    if (const auto found = maybe_object(name)) return *found;
    reject(name);
    return inside(nothing, name);
}

std::optional<fields> fields::maybe_object(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* object = value->if_object()) return inside(*object, name);
    reject(name);
    return std::nullopt;
}

std::string fields::text(std::string_view name) const {
    if (find(name) == nullptr) reject(name);
    return maybe_text(name);
}

std::string fields::maybe_text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (const auto* text = value->if_string()) return core::to_valid_utf8(std::string_view(text->data(), text->size()));
    reject(name);
    return {};
}

std::int64_t fields::number(std::string_view name) const {
    if (find(name) == nullptr) reject(name);
    return maybe_number(name);
}

std::int64_t fields::maybe_number(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return 0;
    if (const auto* number = value->if_int64()) return *number;
    reject(name);
    return 0;
}

bool fields::flag(std::string_view name) const {
    if (find(name) == nullptr) reject(name);
    return maybe_flag(name);
}

bool fields::maybe_flag(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return false;
    if (const auto* flag = value->if_bool()) return *flag;
    reject(name);
    return false;
}

void fields::reject(std::string_view name) const {
    if (fault_->empty()) *fault_ = prefix_ + std::string(name);
}

const json::value* fields::find(std::string_view name) const {
    const auto* value = object_->if_contains(json::string_view(name.data(), name.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
}

fields fields::inside(const json::object& object, std::string_view name) const {
    return {object, prefix_ + std::string(name) + '.', *fault_};
}

}  // namespace familiar::event
