#include "provider/github_attempts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace familiar::provider {

namespace json = boost::json;

namespace {

const json::value* member(const json::value& of, std::string_view name) {
    const auto* object = of.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::string_view text_member(const json::value& of, std::string_view name) {
    const auto* value = member(of, name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

}  // namespace

delivery_attempt read_attempt(const event::fields& in) {
    const auto time = core::parse_time(in.text("delivered_at"));
    if (!time) in.reject("delivered_at");
    const auto status = in.maybe_number("status_code");
    return {.id = in.number("id"),
            .guid = in.text("guid"),
            .event = in.text("event"),
            .at = time.value_or(core::wall_time()),
            .accepted = status / 100 == 2};
}

std::optional<core::wall_time> time_in(const json::value& listed, std::string_view name) {
    return core::parse_time(text_member(listed, name));
}

std::vector<delivery_attempt> not_accepted(std::vector<delivery_attempt> attempts) {
    std::set<std::string> done;
    for (const auto& attempt : attempts)
        if (attempt.accepted) done.insert(attempt.guid);
    std::ranges::sort(attempts, {}, [](const delivery_attempt& one) { return std::pair(one.at, one.id); });
    std::erase_if(attempts, [&](const delivery_attempt& one) { return !done.insert(one.guid).second; });
    return attempts;
}

core::result<std::string> payload_of(const std::string& what, const json::value& details) {
    const auto* request = member(details, "request");
    const auto* payload = request == nullptr ? nullptr : member(*request, "payload");
    if (payload != nullptr && payload->is_object()) return json::serialize(*payload);
    if (payload != nullptr && payload->is_string()) return std::string(text_member(*request, "payload"));
    return core::fail(core::errc::invalid, what + ": not the documented shape: request.payload");
}

bool leads_here(const json::value& hook, const std::string& hook_path) {
    const auto* config = member(hook, "config");
    return config != nullptr && text_member(*config, "url").ends_with(hook_path);
}

}  // namespace familiar::provider
