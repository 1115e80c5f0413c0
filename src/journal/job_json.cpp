#include "journal/job_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace familiar::journal {

namespace json = boost::json;
using core::errc;

namespace {

/// Null, which neither of the two forms is, for what is no JSON. The value lives as long as the arena that holds it: it
/// is a hundred small things, and is read and thrown away.
json::value parse(const std::string& text, json::monotonic_resource& arena) {
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // to_json hands on what a forge sent, from_json mends it
    json::error_code error;
    auto value = json::parse(text, error, &arena, options);
    return error ? json::value() : value;
}

core::result<event::event> read_one(const json::value& value) {
    if (!value.is_object()) return core::fail(errc::invalid, "no JSON object");
    return event::from_json(value.get_object());
}

}  // namespace

std::string event_text(const event::event& subject) {
    return json::serialize(event::to_json(subject));
}

std::string events_text(const std::vector<event::event>& joined) {
    json::array all;
    for (const auto& one : joined) all.push_back(event::to_json(one));
    return json::serialize(all);
}

core::result<event::event> read_event(const std::string& text) {
    json::monotonic_resource arena;
    return read_one(parse(text, arena));
}

core::result<std::vector<event::event>> read_events(const std::string& text) {
    json::monotonic_resource arena;
    const auto value = parse(text, arena);
    if (!value.is_array()) return core::fail(errc::invalid, "no JSON array");
    std::vector<event::event> all;
    for (const auto& one : value.get_array()) {
        auto read = read_one(one);
        if (!read) return read.error();
        all.push_back(std::move(*read));
    }
    return all;
}

}  // namespace familiar::journal
