#include "provider/messages.hpp"

#include "async/timeout.hpp"
#include "core/utf8.hpp"
#include "event/fields.hpp"
#include "http/classify.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::errc;

constexpr std::string_view asked = "the question to the language model";

/// What an API says of a failure is a sentence.
constexpr std::size_t longest_explanation = 300;

core::error unusable(std::string_view why) {
    return core::fail(errc::invalid, std::string(asked) + ": its answer " + std::string(why));
}

http::request_out request_of(const question& what) {
    const json::object body{
        {"model", what.api.model},
        {"max_tokens", what.max_tokens},
        {"system", core::to_valid_utf8(what.system)},
        {"messages", json::array{json::object{{"role", "user"}, {"content", core::to_valid_utf8(what.user)}}}},
        {"tools", json::array{json::object{
                      {"name", what.tool}, {"description", what.tool_description}, {"input_schema", what.schema}}}},
        {"tool_choice", json::object{{"type", "tool"}, {"name", what.tool}, {"disable_parallel_tool_use", true}}}};
    return {.method = "POST",
            .url = what.api.base_url + "/v1/messages",
            .headers = {{"x-api-key", what.api.api_key.reveal()},
                        {"anthropic-version", "2023-06-01"},
                        {"Content-Type", "application/json"},
                        {"Accept", "application/json"}},
            .body = json::serialize(body)};
}

core::result<json::object> parse_object(std::string_view text) {
    boost::system::error_code failed;
    auto value = json::parse(json::string_view(text.data(), text.size()), failed);
    if (failed || !value.is_object()) return unusable("is no JSON object");
    return std::move(value.get_object());
}

/// What the API says about a failure (docs: "Errors"), in one line; empty if it says nothing that can be shown.
std::string explanation(const http::response& answer, const core::secret& key) {
    const auto body = parse_object(answer.body);
    std::string fault;
    const auto error = body ? event::fields(*body, fault).maybe_object("error") : std::nullopt;
    auto text = error ? error->maybe_text("message") : std::string();
    const bool shows_key = !key.empty() && text.find(key.reveal()) != std::string::npos;
    return shows_key || text.size() > longest_explanation ? std::string() : text;
}

core::error failure_of(const http::response& answer, const core::secret& key) {
    auto failure = http::classify(asked, answer, core::now());
    if (const auto said = explanation(answer, key); !said.empty()) failure.message += " (" + said + ')';
    return failure;
}

asio::awaitable<core::result<json::object>> attempt(http::client& client, const question& what) {
    http::response answer;
    bool too_long = false;
    const auto keep = [&](std::string_view piece) {
        too_long = answer.body.size() + piece.size() > longest_answer;
        if (!too_long) answer.body += piece;
        return !too_long;
    };
    const auto began = [&](const http::response& head) {
        answer.status = head.status;
        answer.headers = head.headers;
        return true;
    };
    const auto ended = co_await client.stream(request_of(what), began, keep);
    if (!ended) co_return ended.error();
    if (answer.status < 200 || answer.status > 299) co_return failure_of(answer, what.api.api_key);
    if (too_long) co_return core::fail(errc::too_large, std::string(asked) + ": its answer is too long");
    co_return tool_arguments(answer.body, what.tool);
}

core::error late(std::chrono::milliseconds limit, const std::optional<core::error>& last) {
    auto failure = core::fail(errc::timed_out, std::string(asked) + ": no answer within " + core::to_text(limit));
    if (!last) return failure;
    failure.message += "; before: " + core::describe(*last);
    failure.retry_after = last->retry_after;
    return failure;
}

}  // namespace

core::result<json::object> tool_arguments(std::string_view body, std::string_view tool) {
    const auto answer = parse_object(body);
    if (!answer) return answer.error();
    std::string fault;
    if (event::fields(*answer, fault).maybe_text("stop_reason") == "max_tokens") return unusable("was cut off");
    const auto* content = answer->if_contains("content");
    if (content == nullptr || !content->is_array()) return unusable("has no content");
    for (const auto& block : content->get_array()) {
        if (!block.is_object()) continue;
        const event::fields in(block.get_object(), fault);
        if (in.maybe_text("type") != "tool_use" || in.maybe_text("name") != tool) continue;
        const auto* input = block.get_object().if_contains("input");
        if (input == nullptr || !input->is_object()) return unusable("has no arguments");
        return input->get_object();
    }
    return unusable("does not call the tool");
}

asio::awaitable<core::result<json::object>> ask(http::client& client, question what,
                                                async::retry_environment environment) {
    const auto limit = what.api.timeout;
    std::optional<core::error> last;
    auto answer = co_await async::with_timeout(
        async::retry(
            what.retry, [&] { return attempt(client, what); },
            [&](const core::error& failure, std::size_t, std::chrono::milliseconds) { last = failure; },
            std::move(environment)),
        limit);
    // The limit's own failure has no words; one of the client's has.
    const bool ran_out = !answer && answer.error().code == errc::timed_out && answer.error().message.empty();
    if (ran_out) co_return late(limit, last);
    co_return answer;
}

}  // namespace familiar::provider
