#include "support/messages_api.hpp"

#include "http/client.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sstream>

// The model's API that other tests ask: what they rely on and could not see going wrong.
namespace {

using namespace familiar;
using namespace std::chrono_literals;
namespace json = boost::json;
using turn = test::messages_turn;

struct question {
    std::string prompt;
    bool streamed = true;
    const char* tools = R"([{"name":"Bash"}])";
    std::string path = "/v1/messages?beta=true";
    std::chrono::milliseconds patience = 30s;
};

struct world {
    core::result<http::response> ask(const question& what) {
        const json::object body{{"model", "a-model"},
                                {"stream", what.streamed},
                                {"tools", json::parse(what.tools)},
                                {"messages", json::array{json::object{{"role", "user"}, {"content", what.prompt}}}}};
        const http::header_list headers{{"X-Api-Key", "a key"}, {"Content-Type", "application/json"}};
        return test::run_coroutine(
            http::fetch("POST", api.url() + what.path, headers, json::serialize(body), what.patience));
    }

    test::messages_api api;
};

/// What the client makes of a stream's events: the text of each piece, one after the other, and the kinds of events.
struct heard {
    std::string kinds{};
    std::string text{};
    std::string input{};
    std::int64_t output_tokens = 0;
};

heard listen(const std::string& stream) {
    heard all;
    std::istringstream lines(stream);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("data: ")) continue;
        const auto event = json::parse(line.substr(6)).as_object();
        all.kinds += std::string(event.at("type").as_string()) + " ";
        if (const auto* usage = event.if_contains("usage")) all.output_tokens = usage->at("output_tokens").as_int64();
        const auto* delta = event.if_contains("delta");
        if (delta == nullptr) continue;
        if (const auto* text = delta->as_object().if_contains("text")) all.text += text->as_string();
        if (const auto* part = delta->as_object().if_contains("partial_json")) all.input += part->as_string();
    }
    return all;
}

BOOST_FIXTURE_TEST_SUITE(messages_api, world)

BOOST_AUTO_TEST_CASE(an_answer_is_the_same_in_events_and_at_once) {
    api.script("mark", {turn::says("All is well", {.input = 7, .output = 3})});
    const auto stream = listen(ask({"the mark"}).value().body);
    BOOST_TEST(stream.kinds ==
               "message_start content_block_start content_block_delta content_block_delta "
               "content_block_stop message_delta message_stop ");
    BOOST_TEST(stream.text == "All is well");
    BOOST_TEST(stream.output_tokens == 3);
    const auto whole = json::parse(ask({.prompt = "the mark", .streamed = false}).value().body);
    BOOST_TEST(whole.at_pointer("/content/0/text").as_string() == "All is well");
    BOOST_TEST(whole.at_pointer("/stop_reason").as_string() == "end_turn");
    BOOST_TEST(whole.at_pointer("/usage/input_tokens").as_int64() == 7);
}

BOOST_AUTO_TEST_CASE(turns_come_one_after_the_other_and_the_last_for_ever) {
    api.script("mark", {turn::refuses(529, "busy", {{"Retry-After", "1"}}), turn::runs("true")});
    const auto refused = ask({"mark"}).value();
    BOOST_TEST(refused.status == 529U);
    BOOST_TEST(json::parse(refused.body).at_pointer("/error/type").as_string() == "overloaded_error");
    for (int time = 0; time < 2; ++time) {
        const auto stream = listen(ask({"mark"}).value().body);
        BOOST_TEST(json::parse(stream.input).at("command").as_string() == "true");
    }
    BOOST_TEST(api.calls("mark").size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_asked_besides_a_conversation_takes_no_turn_of_it) {
    api.script("one", {turn::says("first"), turn::says("second")});
    api.script("two", {turn::says("other")});
    BOOST_TEST(listen(ask({"two"}).value().body).text == "other");
    BOOST_TEST(ask({.prompt = "a title for one", .tools = "[]"}).value().status == 200U);
    BOOST_TEST(ask({.prompt = "one", .path = "/v1/messages/count_tokens?beta=true"}).value().body ==
               R"({"input_tokens":1})");
    BOOST_TEST(ask({"three"}).value().status == 404U);
    BOOST_TEST(listen(ask({"one"}).value().body).text == "first");
    BOOST_TEST(api.others().size() == 3U);
    const auto call = api.calls("one").at(0);
    BOOST_TEST(call.prompt == "one\n");
    BOOST_TEST(call.header("x-api-key") == "a key");
    BOOST_TEST(call.header("x-missing") == "");
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_early_is_never_whole) {
    api.script("cut", {turn::ends_early(turn::ending::cut)});
    api.script("stall", {turn::ends_early(turn::ending::stall)});
    api.script("silence", {turn::ends_early(turn::ending::silence)});
    for (const bool streamed : {true, false}) {
        BOOST_TEST((ask({.prompt = "cut", .streamed = streamed}).error().code == core::errc::unavailable));
        BOOST_TEST(
            (ask({.prompt = "stall", .streamed = streamed, .patience = 300ms}).error().code == core::errc::timed_out));
        BOOST_TEST((ask({.prompt = "silence", .streamed = streamed, .patience = 300ms}).error().code ==
                    core::errc::timed_out));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
