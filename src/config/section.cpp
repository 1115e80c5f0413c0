#include "config/section.hpp"

#include "config/interpolate.hpp"

#include <yaml-cpp/yaml.h>

namespace familiar::config {

std::string why_empty(const std::vector<std::string>& unset) {
    if (unset.empty()) return {};
    std::string names;
    for (const auto& name : unset) names += (names.empty() ? "" : ", ") + name;
    return unset.size() == 1 ? " (the environment variable " + names + " is not set)"
                             : " (the environment variables " + names + " are not set)";
}

section section::child(const std::string& name, const std::string& old_name) {
    const auto* found = find(name, document::name_kind::key);
    const auto* old = old_name.empty() ? nullptr : find(old_name, document::name_kind::old);
    if (found != nullptr && old != nullptr)
        fail(old_name, old->key, "is the old name of " + written(name) + "; only one of them may stand here");
    const auto& used = found == nullptr && old != nullptr ? old_name : name;
    const auto* entry = found == nullptr ? old : found;
    auto& content = file_->mappings_[dotted(name)];
    content.written = written(used);
    if (entry != nullptr && entry->value.IsMap()) {
        file_->open(content, entry->value);
        if (!content.entries.empty()) remember(used, name, entry->key);
    } else if (entry != nullptr && !entry->value.IsNull()) {
        fail(used, place_of(entry->value), "must be a mapping of keys to values");
    }
    return {*file_, dotted(name), content};
}

std::optional<scalar> section::take(const std::string& name) {
    const auto* entry = find(name, document::name_kind::key);
    if (entry == nullptr) return std::nullopt;
    auto value = expand(name, entry->value);
    if (!value) return std::nullopt;
    if (value->text.empty()) {
        file_->unset_[dotted(name)] = value->unset;
        return std::nullopt;
    }
    remember(name, name, entry->key);
    return value;
}

std::optional<scalar> section::take_old(const std::string& old_name, const std::string& name) {
    const auto* entry = find(old_name, document::name_kind::old);
    if (entry == nullptr) return std::nullopt;
    auto value = expand(old_name, entry->value);
    if (!value || value->text.empty()) return std::nullopt;
    if (has(name)) {
        fail(old_name, entry->key, "is the old name of " + written(name) + "; only one of them may stand here");
        return std::nullopt;
    }
    remember(old_name, name, entry->key);
    return value;
}

std::vector<scalar> section::take_list(const std::string& name, list_form form) {
    const auto* entry = find(name, document::name_kind::key);
    if (entry == nullptr || entry->value.IsNull()) return {};
    std::vector<scalar> values;
    const auto add = [&](const YAML::Node& node) {
        auto value = expand(name, node);
        if (!value) return;
        if (!value->text.empty() || form == list_form::list_with_empty)
            values.push_back(std::move(*value));
        else
            file_->unset_[dotted(name)] = std::move(value->unset);
    };
    if (entry->value.IsSequence()) {
        for (const auto& node : entry->value) add(node);
    } else if (form == list_form::list_or_single) {
        add(entry->value);
    } else {
        fail(name, place_of(entry->value), "must be a list, such as [first, second]");
    }
    if (!values.empty()) remember(name, name, entry->key);
    return values;
}

void section::know(const std::string& name, document::name_kind kind) {
    content_->names[name] = kind;
}

std::vector<std::string> section::names() const {
    std::vector<std::string> found;
    for (const auto& [name, entry] : content_->entries) found.push_back(name);
    return found;
}

bool section::has(const std::string& name) const {
    return file_->find(dotted(name)) != nullptr;
}

place section::where(const std::string& name) const {
    if (const auto* const mention = file_->find(dotted(name))) return mention->where;
    const auto found = content_->entries.find(name);
    return found == content_->entries.end() ? place{} : found->second.key;
}

std::string section::why_empty(const std::string& name) const {
    const auto found = file_->unset_.find(dotted(name));
    return found == file_->unset_.end() ? "" : config::why_empty(found->second);
}

void section::fail(const std::string& name, place where, const std::string& message) {
    file_->error(where, written(name) + ": " + message);
}

void section::warn(const std::string& name, place where, const std::string& message) {
    file_->warn(where, written(name) + ": " + message);
}

std::string section::written(const std::string& name) const {
    return content_->written.empty() ? name : content_->written + '.' + name;
}

const document::entry* section::find(const std::string& name, document::name_kind kind) {
    content_->names.try_emplace(name, kind);
    const auto found = content_->entries.find(name);
    return found == content_->entries.end() ? nullptr : &found->second;
}

/// A scalar with its variables replaced, empty text for null. Nothing if it is no scalar or not a proper one.
std::optional<scalar> section::expand(const std::string& name, const YAML::Node& node) {
    const auto where = place_of(node);
    if (node.IsNull()) return scalar{{}, where, {}};
    if (!node.IsScalar()) {
        fail(name, where,
             node.IsMap() ? "must be a single value, not a mapping" : "must be a single value, not a list");
        return std::nullopt;
    }
    auto done =
        file_->variables_ ? interpolate(node.Scalar(), *file_->variables_) : interpolated{node.Scalar(), {}, {}};
    if (done.text.find('\0') != std::string::npos) done.error = "must not contain a NUL character";
    if (!done.error.empty()) {
        fail(name, where, done.error);
        return std::nullopt;
    }
    return scalar{std::move(done.text), where, std::move(done.empty)};
}

void section::remember(const std::string& name, const std::string& today, place where) {
    file_->set_.insert_or_assign(dotted(today), document::mention{written(name), where});
    if (content_->names.at(name) == document::name_kind::old) file_->old_names_.push_back({written(name), where});
}

}  // namespace familiar::config
