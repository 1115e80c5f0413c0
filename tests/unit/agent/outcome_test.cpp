#include "agent/outcome.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using agent::ending;

namespace {

docker::container_end exited(int code, bool oom_killed = false) {
    docker::container_end end;
    end.name = "familiar-agent-x-1";
    end.exit_code = code;
    end.state.exit_code = code;
    end.state.oom_killed = oom_killed;
    return end;
}

agent::report saying(std::optional<bool> success, std::string reason = {}) {
    agent::report said;
    said.success = success;
    said.reason = std::move(reason);
    said.summary = "read it all";
    said.spent.cost_usd = 0.25;
    said.spent.turns = 3;
    return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(judging)

BOOST_AUTO_TEST_CASE(exit_code_0_is_success) {
    const auto outcome = agent::judge(exited(0), std::nullopt);
    BOOST_TEST(bool(outcome.how == ending::succeeded));
    BOOST_TEST(outcome.reason == "");
    BOOST_TEST(outcome.exit_code.value() == 0);
}

BOOST_AUTO_TEST_CASE(exit_code_0_with_a_report_of_failure_is_failure) {
    const auto outcome = agent::judge(exited(0), saying(false, "tests are red"));
    BOOST_TEST(bool(outcome.how == ending::failed));
    BOOST_TEST(outcome.reason == "tests are red");
    BOOST_TEST(outcome.summary == "read it all");
    BOOST_TEST(outcome.spent.cost_usd.value() == 0.25);
    BOOST_TEST(outcome.spent.turns.value() == 3);
}

BOOST_AUTO_TEST_CASE(a_report_of_failure_without_a_reason_still_has_one) {
    BOOST_TEST(agent::judge(exited(0), saying(false)).reason == "the agent reports that it failed");
}

BOOST_AUTO_TEST_CASE(a_report_of_success_does_not_outweigh_the_exit_code) {
    const auto outcome = agent::judge(exited(5), saying(true, "all well"));
    BOOST_TEST(bool(outcome.how == ending::failed));
    BOOST_TEST(outcome.reason == "exit code 5: all well");
}

BOOST_AUTO_TEST_CASE(deaths_are_named) {
    struct row {
        int code;
        bool oom;
        std::string_view expected;
    };
    for (const auto& [code, oom, expected] : std::vector<row>{{1, false, "exit code 1"},
                                                              {125, false, "(exit code 125): the container did not"},
                                                              {126, false, "(exit code 126): it is not executable"},
                                                              {127, false, "(exit code 127): there is no such program"},
                                                              {128, false, "exit code 128"},
                                                              {129, false, "killed by signal 1 (SIGHUP)"},
                                                              {130, false, "killed by signal 2 (SIGINT)"},
                                                              {131, false, "killed by signal 3 (SIGQUIT)"},
                                                              {132, false, "killed by signal 4 (SIGILL)"},
                                                              {134, false, "killed by signal 6 (SIGABRT)"},
                                                              {135, false, "killed by signal 7 (SIGBUS)"},
                                                              {136, false, "killed by signal 8 (SIGFPE)"},
                                                              {134, true, "killed by signal 6 (SIGABRT)"},
                                                              {141, false, "killed by signal 13 (SIGPIPE)"},
                                                              {152, false, "killed by signal 24 (SIGXCPU)"},
                                                              {162, false, "exit code 162"},
                                                              {255, false, "exit code 255"},
                                                              {137, false, "killed (137)"},
                                                              {137, true, "out of memory (137)"},
                                                              {139, false, "segmentation fault (139)"},
                                                              {143, false, "terminated (143)"}}) {
        BOOST_TEST_CONTEXT("exit code " << code) {
            const auto outcome = agent::judge(exited(code, oom), std::nullopt);
            BOOST_TEST(bool(outcome.how == ending::failed));
            BOOST_TEST(outcome.reason.find(expected) != std::string::npos, outcome.reason);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_the_engine_says_of_a_command_that_cannot_be_run_is_quoted) {
    auto end = exited(127);
    end.state.error = "exec: \"nothing\": executable file not found in $PATH";
    BOOST_TEST(agent::judge(end, std::nullopt).reason ==
               "the agent's command could not be run (exit code 127): exec: \"nothing\": executable file not found in "
               "$PATH");
}

BOOST_AUTO_TEST_CASE(an_oom_kill_of_a_child_does_not_name_the_whole_agents_end) {
    BOOST_TEST(agent::judge(exited(5, true), std::nullopt).reason == "exit code 5");
}

BOOST_AUTO_TEST_CASE(a_container_that_vanished_is_a_failure_without_an_exit_code) {
    auto end = exited(0);
    end.vanished = true;
    const auto outcome = agent::judge(end, saying(true));
    BOOST_TEST(bool(outcome.how == ending::failed));
    BOOST_TEST(!outcome.exit_code);
    BOOST_TEST(outcome.reason == "its container was removed by somebody else");
}

BOOST_AUTO_TEST_CASE(a_failure_has_one_cause) {
    struct row {
        docker::container_end end;
        std::optional<agent::report> said;
        const char* cause;
    };
    auto knows = saying(false, "the API refused the key (401)");
    knows.cause = "authentication";
    docker::container_end vanished;
    vanished.vanished = true;
    for (const auto& [end, said, cause] : std::vector<row>{{exited(0), std::nullopt, ""},
                                                           {exited(0), saying(true), ""},
                                                           {exited(0), saying(false), "reported"},
                                                           {exited(0), knows, "authentication"},
                                                           {exited(1), knows, "authentication"},
                                                           {exited(1), std::nullopt, "exit_code"},
                                                           {exited(127), std::nullopt, "not_runnable"},
                                                           {exited(143), std::nullopt, "killed"},
                                                           {exited(137, true), knows, "out_of_memory"},
                                                           {vanished, knows, "removed"}})
        BOOST_TEST(agent::judge(end, said).cause == cause, end.exit_code << " " << cause);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(every_field_is_read) {
    const auto said = agent::parse_report(
        R"({"outcome":"failed","summary":"s","reason":"r","cause":"denied","cost_usd":1.5,"turns":12,
            "tokens":{"input":90000,"output":1200},"more":[1]})");
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(said->success.value() == false);
    BOOST_TEST(said->summary == "s");
    BOOST_TEST(said->reason == "r");
    BOOST_TEST(said->cause == "denied");
    BOOST_TEST(said->spent.cost_usd.value() == 1.5);
    BOOST_TEST(said->spent.turns.value() == 12);
    BOOST_TEST(said->spent.input_tokens.value() == 90000);
    BOOST_TEST(said->spent.output_tokens.value() == 1200);
}

BOOST_AUTO_TEST_CASE(every_field_may_be_missing_or_null) {
    for (const auto* text : {"{}", R"({"outcome":null,"summary":null,"cost_usd":null,"turns":null,"tokens":null})",
                             R"({"tokens":{"input":null}})"}) {
        const auto said = agent::parse_report(text);
        BOOST_REQUIRE(said.has_value());
        BOOST_TEST(!said->success);
        BOOST_TEST(!said->spent.cost_usd);
        BOOST_TEST(!said->spent.turns);
        BOOST_TEST(!said->spent.input_tokens);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_report_is_refused_with_the_field) {
    struct row {
        const char* text;
        const char* named;
    };
    for (const auto& [text, named] : std::vector<row>{{"", "JSON object"},
                                                      {"[]", "JSON object"},
                                                      {"{\"outcome\":", "JSON object"},
                                                      {R"({"outcome":"maybe"})", "outcome"},
                                                      {R"({"outcome":1})", "outcome"},
                                                      {R"({"summary":{}})", "summary"},
                                                      {R"({"reason":1})", "reason"},
                                                      {R"({"cost_usd":"much"})", "cost_usd"},
                                                      {R"({"cause":[]})", "cause"},
                                                      {R"({"tokens":7})", "tokens"},
                                                      {R"({"tokens":{"output":-1}})", "output"},
                                                      {R"({"turns":-1})", "turns"},
                                                      {R"({"turns":1e300})", "turns"}}) {
        BOOST_TEST_CONTEXT(text) {
            const auto said = agent::parse_report(text);
            BOOST_REQUIRE(!said.has_value());
            BOOST_TEST(said.error().message.find(named) != std::string::npos, said.error().message);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
