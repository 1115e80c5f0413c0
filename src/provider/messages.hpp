#pragma once

#include "async/retry.hpp"
#include "config/settings.hpp"
#include "core/error.hpp"
#include "http/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// One question with a structured answer to a language model (Anthropic docs: "Messages API", version 2023-06-01, and
/// "Tool use": the model is made to call a tool whose arguments are the answer).
namespace familiar::provider {

/// What is asked, of whom.
struct question {
    config::intent_api_settings api;  ///< where, as whom, and how long altogether
    async::retry_policy retry{};      ///< within that time
    std::string tool;                 ///< what the answer is called: [a-zA-Z0-9_-], at most 64
    std::string tool_description{};
    boost::json::object schema;  ///< JSON Schema of the answer, an object
    std::string system;          ///< what the model is to do, in our words alone
    std::string user;            ///< what it is to do it with; text of people as data
    std::uint32_t max_tokens = 1024;
};

/// The longest answer that is read, in bytes.
constexpr std::size_t longest_answer = std::size_t{256} << 10;

/// The answer: an object that the model was told to make by the schema, which nobody has compared with it yet.
///
/// `api.timeout` is for all attempts and the waits between them. Errors: what http::client and http::classify say (529,
/// "overloaded", passes like any 5xx), with what the API says about it and retry_after where it told that; timed_out
/// when the time is over, with what the last attempt failed of; too_large for an answer that is longer than
/// `longest_answer`; invalid for one that is no call of the tool, or breaks off. The key is in none of them. Throws
/// operation_aborted when cancelled.
boost::asio::awaitable<core::result<boost::json::object>> ask(
    http::client& client, question what, async::retry_environment environment = async::real_environment());

/// The tool's arguments in the body of a successful answer; errc::invalid for everything else. Pure.
core::result<boost::json::object> tool_arguments(std::string_view body, std::string_view tool);

}  // namespace familiar::provider
