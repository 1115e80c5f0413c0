#include "docker/parse.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using core::errc;

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(a_container_that_has_ended) {
    const auto state = docker::parse_container(
        R"({"Id":"abc","Created":"2026-01-31T12:00:00.623996601Z","Name":"/familiar-agent-1","State":{"Status":"exited",)"
        R"("Running":false,"OOMKilled":true,"ExitCode":137,"Error":"","StartedAt":"2026-01-31T12:00:01.5Z",)"
        R"("FinishedAt":"2026-01-31T12:00:02Z"},"Config":{"Image":"familiar-agent:latest","Labels":{"a":"b","c":""}}})");
    BOOST_REQUIRE(state);
    BOOST_TEST(state->id == "abc");
    BOOST_TEST(state->name == "familiar-agent-1");
    BOOST_TEST(state->image == "familiar-agent:latest");
    BOOST_TEST(state->ended());
    BOOST_TEST(!state->running);
    BOOST_TEST(state->exit_code == 137);
    BOOST_TEST(state->oom_killed);
    BOOST_TEST(core::to_rfc3339(state->created) == "2026-01-31T12:00:00.623Z");
    BOOST_TEST(core::to_rfc3339(state->started_at.value()) == "2026-01-31T12:00:01.500Z");
    BOOST_TEST(core::to_rfc3339(state->finished_at.value()) == "2026-01-31T12:00:02.000Z");
    BOOST_TEST((state->labels == docker::label_map{{"a", "b"}, {"c", ""}}));
}

BOOST_AUTO_TEST_CASE(times_that_never_came_are_none) {
    const auto state = docker::parse_container(
        R"({"Id":"abc","Name":"/x","State":{"Status":"created","StartedAt":"0001-01-01T00:00:00Z",)"
        R"("FinishedAt":"0001-01-01T00:00:00Z"},"Config":{"Labels":null}})");
    BOOST_REQUIRE(state);
    BOOST_TEST(!state->ended());
    BOOST_TEST(!state->started_at.has_value());
    BOOST_TEST(!state->finished_at.has_value());
    BOOST_TEST(state->labels.empty());
}

BOOST_AUTO_TEST_CASE(odd_output_is_an_error_and_no_exception) {
    for (const auto* text : {"", "null", "[]", "{}", "{\"Id\":1}", "<html>", "{\"Id\":\"a\",\"Name\":\"b\"}",
                             "{\"Id\":\"a\",\"Name\":\"b\",\"State\":[]}", "{\"Id\":\"a\",\"State\":{\"Status\":3}}"}) {
        const auto container = docker::parse_container(text);
        BOOST_REQUIRE(!container);
        BOOST_TEST(container.error().code == make_error_code(errc::invalid));
        if (std::string(text).find("\"Id\":\"a\"") == std::string::npos) BOOST_TEST(!docker::parse_image(text));
        BOOST_TEST(!docker::parse_event_name(text).has_value());
        BOOST_TEST(!docker::parse_string(text));
    }
}

BOOST_AUTO_TEST_CASE(an_exit_code_that_is_none_is_odd_rather_than_success) {
    for (const auto* code : {"4294967296", "9223372036854775808", "137.0", "\"137\"", "null"}) {
        const auto state = docker::parse_container(std::string(R"({"Id":"a","Name":"/x","State":{"Status":"exited",)") +
                                                   R"("ExitCode":)" + code + "}}");
        BOOST_TEST_CONTEXT(code) BOOST_TEST(!state.has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_container_whose_name_is_a_slash_has_none) {
    BOOST_TEST(!docker::parse_container(R"({"Id":"a","Name":"/","State":{"Status":"exited"}})"));
}

BOOST_AUTO_TEST_CASE(an_event_names_its_container) {
    BOOST_TEST(docker::parse_event_name(
                   R"({"status":"die","id":"2703","Type":"container","Action":"die","Actor":{"ID":"2703",)"
                   R"("Attributes":{"exitCode":"5","name":"zz"}},"time":1795353461})")
                   .value() == "zz");
}

BOOST_AUTO_TEST_CASE(an_image_and_a_version) {
    const auto image = docker::parse_image(R"({"Id":"sha256:1","Config":{"Labels":{"familiar.agent.api":"1"}}})");
    BOOST_REQUIRE(image);
    BOOST_TEST(image->id == "sha256:1");
    BOOST_TEST(image->labels.at("familiar.agent.api") == "1");
    BOOST_TEST(docker::parse_string("\"20.10.24\"").value() == "20.10.24");
    BOOST_TEST(!docker::parse_string("\"\""));
}

BOOST_AUTO_TEST_SUITE_END()
