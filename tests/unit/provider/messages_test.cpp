// The question to a language model, against a local stand-in for the API.
#include "provider/messages.hpp"

#include "language_model.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

using namespace familiar;
using namespace std::chrono_literals;
using core::errc;
using test::language_model;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr auto key = "sk-ant-a-key-of-nobody";

struct desk {
    asio::io_context context{1};
    http::client client{context.get_executor(), {.idle_per_origin = 0}, {}};
    std::vector<std::chrono::milliseconds> waits{};

    async::retry_environment at_once() {
        return {.sleep = [this](std::chrono::milliseconds wait) { return note(wait); }, .random = [] { return 0.5; }};
    }

    asio::awaitable<void> note(std::chrono::milliseconds wait) {
        waits.push_back(wait);
        co_return;
    }

    static provider::question question(const std::string& url, std::chrono::milliseconds timeout = 20s) {
        return {.api = {.model = "claude-test", .api_key = core::secret(key), .base_url = url, .timeout = timeout},
                .retry = {.max_retries = 2, .patience = timeout},
                .tool = "report",
                .schema = {{"type", "object"}},
                .system = "You answer.",
                .user = "What is it?",
                .max_tokens = 77};
    }

    core::result<json::object> ask(const language_model& model, std::chrono::milliseconds timeout = 20s) {
        return test::run_coroutine(context, provider::ask(client, question(model.url(), timeout), at_once()));
    }
};

const language_model::answer good{.body = test::tool_call("report", json::object{{"it", 42}})};

language_model::answer failing(const std::string& status, const std::string& headers = {}) {
    return {.status = status,
            .body = R"({"type":"error","error":{"type":"some_error","message":"the words of the API"}})",
            .headers = headers};
}

bool says(const core::error& failure, std::string_view part) {
    return failure.message.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_FIXTURE_TEST_CASE(the_arguments_of_the_tool_are_the_answer, desk) {
    const language_model model({good});
    BOOST_TEST(ask(model).value().at("it").as_int64() == 42);
}

BOOST_FIXTURE_TEST_CASE(a_question_is_asked_as_the_api_documents_it, desk) {
    const language_model model({good});
    ask(model).value();
    const auto asked = model.requests().at(0);
    BOOST_TEST(asked.starts_with("POST /v1/messages HTTP/1.1\r\n"));
    BOOST_TEST(asked.find("x-api-key: " + std::string(key) + "\r\n") != std::string::npos);
    BOOST_TEST(asked.find("anthropic-version: 2023-06-01\r\n") != std::string::npos);
    BOOST_TEST(asked.find("Content-Type: application/json\r\n") != std::string::npos);

    const auto body = json::parse(asked.substr(asked.find("\r\n\r\n") + 4)).as_object();
    BOOST_TEST(body.at("model").as_string() == "claude-test");
    BOOST_TEST(body.at("max_tokens").as_int64() == 77);
    BOOST_TEST(body.at("system").as_string() == "You answer.");
    BOOST_TEST(body.at("messages").as_array().size() == 1U);
    BOOST_TEST(body.at("messages").at(0).at("role").as_string() == "user");
    BOOST_TEST(body.at("messages").at(0).at("content").as_string() == "What is it?");
    BOOST_TEST(body.at("tools").at(0).at("name").as_string() == "report");
    BOOST_TEST(body.at("tools").at(0).at("input_schema").at("type").as_string() == "object");
    BOOST_TEST(body.at("tool_choice").at("type").as_string() == "tool");
    BOOST_TEST(body.at("tool_choice").at("name").as_string() == "report");
}

BOOST_FIXTURE_TEST_CASE(what_passes_is_tried_again, desk) {
    const language_model model({failing("529 Overloaded"), failing("500 Internal Server Error"), good});
    BOOST_TEST(ask(model).has_value());
    BOOST_TEST(model.requests().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(but_not_more_than_twice, desk) {
    const language_model model({failing("529 Overloaded")});
    const auto failure = ask(model).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST(says(failure, "529"));
    BOOST_TEST(says(failure, "the words of the API"));
    BOOST_TEST(model.requests().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(the_time_that_the_api_names_is_waited, desk) {
    const language_model model({failing("429 Too Many Requests", "Retry-After: 7\r\n"), good});
    BOOST_TEST(ask(model).has_value());
    BOOST_REQUIRE(waits.size() == 1U);
    BOOST_TEST((waits[0] >= 7s));
}

BOOST_FIXTURE_TEST_CASE(a_wait_beyond_the_time_there_is_ends_it_at_once, desk) {
    const language_model model({failing("429 Too Many Requests", "Retry-After: 60\r\n"), good});
    const auto failure = ask(model).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_REQUIRE(failure.retry_after.has_value());
    BOOST_TEST((*failure.retry_after == 60s));
    BOOST_TEST(model.requests().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_pass_is_not_tried_again, desk) {
    for (const auto& [status, code] :
         {std::pair("401 Unauthorized", errc::authentication_failed), std::pair("400 Bad Request", errc::refused),
          std::pair("404 Not Found", errc::not_found), std::pair("413 Payload Too Large", errc::too_large),
          std::pair("302 Found", errc::not_found)}) {
        const language_model model({failing(status)});
        BOOST_TEST(ask(model).error().code == make_error_code(code), status);
        BOOST_TEST(model.requests().size() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(silence_ends_when_the_time_is_over, desk) {
    const language_model model({{.silent = true}});
    const auto failure = ask(model, 100ms).error();
    BOOST_TEST(failure.code == make_error_code(errc::timed_out));
    BOOST_TEST(says(failure, "100ms"));
}

BOOST_FIXTURE_TEST_CASE(a_time_that_ran_out_after_a_failure_tells_of_it, desk) {
    const language_model model({failing("529 Overloaded"), {.silent = true}});
    const auto failure = ask(model, 300ms).error();
    BOOST_TEST(failure.code == make_error_code(errc::timed_out));
    BOOST_TEST(says(failure, "529"));
}

BOOST_FIXTURE_TEST_CASE(nobody_there_is_unavailable, desk) {
    std::string url;
    {
        const language_model gone({good});
        url = gone.url();
    }
    const auto failure = test::run_coroutine(context, provider::ask(client, question(url), at_once())).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
}

BOOST_FIXTURE_TEST_CASE(an_answer_beyond_the_bound_is_not_read, desk) {
    const language_model model({{.body = std::string(provider::longest_answer + 1, ' ')}});
    BOOST_TEST(ask(model).error().code == make_error_code(errc::too_large));
    const language_model verbose(
        {{.status = "401 Unauthorized", .body = std::string(provider::longest_answer + 1, ' ')}});
    BOOST_TEST(ask(verbose).error().code == make_error_code(errc::authentication_failed));
}

BOOST_FIXTURE_TEST_CASE(an_answer_as_long_as_the_bound_is_read, desk) {
    auto body = good.body;
    body.resize(provider::longest_answer, ' ');
    const language_model model({{.body = body}});
    BOOST_TEST(ask(model).has_value());
}

BOOST_FIXTURE_TEST_CASE(the_key_is_in_no_error, desk) {
    const language_model model(
        {{.status = "401 Unauthorized",
          .body = R"({"type":"error","error":{"type":"x","message":"no such key: )" + std::string(key) + R"("}})"}});
    const auto failure = ask(model).error();
    BOOST_TEST(says(failure, "401"));
    BOOST_TEST(!says(failure, key));
}

BOOST_FIXTURE_TEST_CASE(a_question_can_be_cancelled, desk) {
    const language_model model({{.silent = true}});
    asio::cancellation_signal stop;
    bool aborted = false;
    const auto note_end = [&](std::exception_ptr thrown, const auto&) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& failure) {
            aborted = failure.code() == asio::error::operation_aborted;
        }
    };
    asio::co_spawn(context, provider::ask(client, question(model.url())),
                   asio::bind_cancellation_slot(stop.slot(), note_end));
    test::run_coroutine(context, test::wait_until([&] {
                            if (!model.requests().empty()) stop.emit(asio::cancellation_type::terminal);
                            return aborted;
                        }));
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(what_is_no_call_of_the_tool_is_no_answer) {
    for (const std::string& body :
         {std::string(""), std::string("<html>"), std::string("[]"), std::string("{}"), std::string(R"({"content":7})"),
          std::string(R"({"content":["text"]})"), std::string(R"({"content":[{"type":"text","text":"It is 42."}]})"),
          std::string(R"({"content":[{"type":"tool_use","name":"report"}]})"),
          test::tool_call("another", json::object()), test::tool_call("report", "it is 42"),
          test::tool_call("report", json::object{{"it", 4}}, "max_tokens")})
        BOOST_TEST(provider::tool_arguments(body, "report").error().code == make_error_code(errc::invalid), body);
}

BOOST_AUTO_TEST_CASE(words_before_the_call_do_no_harm) {
    const auto answer = provider::tool_arguments(
        R"({"content":[{"type":"text","text":"Let me see."},{"type":"tool_use","name":"report","input":{"it":1}}]})",
        "report");
    BOOST_TEST(answer.value().at("it").as_int64() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
