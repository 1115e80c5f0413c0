#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;

BOOST_FIXTURE_TEST_SUITE(the_last_words_of_an_agent, bench)

BOOST_AUTO_TEST_CASE(are_the_last_lines_of_the_log_that_was_kept) {
    engine.agent(R"(echo 'I give up' >> "$AT/log"; ends 5)");
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.last_lines == agent::container_name(what) + " printed this\nI give up");
    BOOST_TEST(stages.outcome.last_lines == "");
    BOOST_TEST(engine.calls("logs --tail").empty());
}

BOOST_AUTO_TEST_CASE(of_a_success_are_nothing_that_anybody_asks_for) {
    engine.agent("ends 0");
    BOOST_TEST(outcome_of(run()).last_lines == "");
}

BOOST_AUTO_TEST_CASE(are_those_of_one_that_was_stopped_too) {
    settings.agents.timeout = std::chrono::milliseconds(300);
    BOOST_TEST(outcome_of(run()).last_lines == agent::container_name(what) + " printed this");

    stages.order = {.leave_running = false, .how = agent::ending::cancelled, .reason = "cancelled by mona"};
    settings.agents.timeout = std::chrono::milliseconds(0);
    const auto outcome = outcome_of(run(cancel_when([this] { return stages.deadline == std::nullopt; })));
    BOOST_TEST(to_text(outcome.how) == "cancelled");
    BOOST_TEST(outcome.last_lines == agent::container_name(what) + " printed this");
}

BOOST_AUTO_TEST_CASE(come_from_the_container_if_the_log_cannot_be_kept) {
    std::ofstream(settings.logging.dir) << "in the way";
    engine.agent(R"(printf 'one\ntwo\n' > "$AT/log"; ends 5)");
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.last_lines == "one\ntwo");
    BOOST_TEST(engine.calls("logs --tail 20 -- ").size() == 1U);
}

BOOST_AUTO_TEST_CASE(are_none_of_a_container_that_is_gone) {
    engine.agent("ends 5");
    stages.on_stage = [this](const std::string& stage) {
        if (stage == "finishing") engine.lose(agent::container_name(what));
    };
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.reason == "exit code 5");
    BOOST_TEST(outcome.last_lines == "");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(are_none_if_nobody_can_read_them) {
    engine.agent("ends 5");
    engine.on("logs", "refuse 'configured logging driver does not support reading'");
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.reason == "exit code 5");
    BOOST_TEST(outcome.last_lines == "");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()
