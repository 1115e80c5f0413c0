#pragma once

#include "support/test_data.hpp"
#include "support/unit_test.hpp"
#include "webhook/webhook.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

/// A webhook as a forge would have sent it, and short ways to what parsing made of it.
namespace familiar::test {

using headers = std::map<std::string, std::string>;

/// A lookup that takes the name in any case, as the HTTP layer's does. Owns the headers.
inline webhook::header_lookup lookup(headers given) {
    return [given = std::move(given)](std::string_view name) -> std::optional<std::string> {
        const auto same = [name](const auto& header) {
            return std::equal(name.begin(), name.end(), header.first.begin(), header.first.end(),
                              [](char a, char b) { return std::tolower(a) == std::tolower(b); });
        };
        const auto found = std::find_if(given.begin(), given.end(), same);
        return found == given.end() ? std::nullopt : std::optional(found->second);
    };
}

inline webhook::request make_request(headers given, std::string_view body, core::wall_time received = core::now()) {
    return {.header = lookup(std::move(given)), .body = body, .received = received};
}

/// The payload with the value at a JSON pointer replaced.
template <class Value>
std::string with(const std::string& payload, std::string_view pointer, const Value& value) {
    auto document = boost::json::parse(payload);
    boost::system::error_code failed;
    auto* place = document.find_pointer(boost::json::string_view(pointer.data(), pointer.size()), failed);
    if (place == nullptr) {  // a new member of an object that is there
        const auto slash = pointer.rfind('/');
        auto* parent = document.find_pointer(boost::json::string_view(pointer.data(), slash), failed);
        place = &parent->as_object()[std::string(pointer.substr(slash + 1))];
    }
    if constexpr (std::is_same_v<Value, std::string>)
        *place = boost::json::string(value.begin(), value.end());
    else
        *place = value;
    return boost::json::serialize(document);
}

/// The payload without the member at a JSON pointer.
inline std::string without(const std::string& payload, std::string_view pointer) {
    auto document = boost::json::parse(payload);
    const auto slash = pointer.rfind('/');
    boost::system::error_code failed;
    auto* parent = document.find_pointer(boost::json::string_view(pointer.data(), slash), failed);
    parent->as_object().erase(std::string(pointer.substr(slash + 1)));
    return boost::json::serialize(document);
}

inline event::event event_in(const webhook::parsed& outcome) {
    if (const auto* ignored = std::get_if<webhook::ignored>(&outcome))
        BOOST_TEST_MESSAGE("ignored: " << ignored->reason);
    if (const auto* bad = std::get_if<webhook::bad_request>(&outcome))
        BOOST_TEST_MESSAGE("bad request: " << bad->reason);
    BOOST_TEST_REQUIRE(std::holds_alternative<event::event>(outcome));
    return std::get<event::event>(outcome);
}

/// Why it was ignored without being malformed.
inline std::string ignored_because(const webhook::parsed& outcome) {
    BOOST_TEST_REQUIRE(std::holds_alternative<webhook::ignored>(outcome));
    const auto& ignored = std::get<webhook::ignored>(outcome);
    BOOST_TEST(!ignored.malformed);
    return ignored.reason;
}

/// The field that made it malformed.
inline std::string malformed_field(const webhook::parsed& outcome) {
    BOOST_TEST_REQUIRE(std::holds_alternative<webhook::ignored>(outcome));
    const auto& ignored = std::get<webhook::ignored>(outcome);
    BOOST_TEST(ignored.malformed);
    BOOST_TEST(ignored.reason.find(ignored.field) != std::string::npos);
    return ignored.field;
}

inline bool is_bad_request(const webhook::parsed& outcome) {
    return std::holds_alternative<webhook::bad_request>(outcome);
}

}  // namespace familiar::test
