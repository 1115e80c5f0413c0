#pragma once

#include "core/surrogates.hpp"
#include "webhook/github.hpp"
#include "webhook/gitlab.hpp"
#include "webhook/webhook.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>

/// `webhook::parse` once more, without passing over anything: both must say the same.
namespace familiar::test {

inline webhook::parsed parse_whole(event::provider forge, const webhook::delivery& origin, std::string_view body) {
    const auto read_json = [](std::string_view text, boost::system::error_code& failed) {
        boost::json::parse_options options;
        options.max_depth = 64;
        options.allow_invalid_utf8 = true;
        return boost::json::parse(text, failed, {}, options);
    };
    boost::system::error_code failed;
    auto payload = read_json(body, failed);
    if (failed) {
        failed.clear();
        payload = read_json(core::replace_lone_surrogates(body), failed);
    }
    if (failed) return webhook::bad_request{"the body is not JSON: " + failed.message()};
    if (!payload.is_object()) return webhook::bad_request{"the body is JSON, but not an object"};

    std::string fault;
    const event::fields fields(payload.get_object(), fault);
    return forge == event::provider::github ? webhook::github::read(origin, fields, fault)
                                            : webhook::gitlab::read(origin, fields, fault);
}

/// All that parsing said, in a form that can be compared and printed.
inline std::string described(const webhook::parsed& outcome) {
    if (const auto* refused = std::get_if<webhook::bad_request>(&outcome)) return "bad request: " + refused->reason;
    if (const auto* ignored = std::get_if<webhook::ignored>(&outcome))
        return (ignored->malformed ? "malformed: " : "ignored: ") + ignored->reason + " (" + ignored->field + ")";
    if (const auto* value = std::get_if<event::event>(&outcome)) return boost::json::serialize(event::to_json(*value));
    return "pong";
}

}  // namespace familiar::test
