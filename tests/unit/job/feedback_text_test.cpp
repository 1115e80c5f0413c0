#include "job/feedback_text.hpp"

#include "core/secret.hpp"
#include "job/plain_text.hpp"
#include "observe/redact.hpp"
#include "support/unit_test.hpp"

#include <string>
#include <vector>

using namespace familiar;
using journal::job_state;
using std::chrono::milliseconds;

BOOST_AUTO_TEST_SUITE(feedback_text)

namespace {

journal::job_record ended(job_state state, std::string reason = {}, milliseconds took = std::chrono::seconds(192)) {
    journal::job_record job;
    job.id = "01j8";
    job.state = state;
    job.reason = std::move(reason);
    job.head = "0123456789abcdef";
    if (took.count() >= 0) job.started_at = core::wall_time(std::chrono::hours(1));
    job.finished_at = core::wall_time(std::chrono::hours(1) + took);
    return job;
}

constexpr milliseconds never_started{-1};

std::string first_line(const journal::job_record& job) {
    const auto text = job::outcome_text(job, "familiar");
    return text.substr(0, text.find('\n'));
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_outcome_is_one_line_with_its_reason_in_words) {
    struct row {
        journal::job_record job;
        std::string line;
    };
    const std::vector<row> rows{
        {ended(job_state::succeeded), "✅ **Done in 3 min 12 s**"},
        {ended(job_state::succeeded, "", milliseconds(20)), "✅ **Done in less than a second**"},
        {ended(job_state::timed_out, "still running after 30m"), "❌ **Stopped after 30 minutes**"},
        {ended(job_state::timed_out, "still running after 1h30m"), "❌ **Stopped after 1 hour 30 minutes**"},
        {ended(job_state::timed_out, "no output for 5m"), "❌ **Stopped after 3 min 12 s**: no output for 5 minutes"},
        {ended(job_state::failed, "out of memory (137): it used all of agents.memory"),
         "❌ **Failed after 3 min 12 s**: out of memory (137): it used all of agents.memory"},
        {ended(
             job_state::failed,
             "docker image inspect: Error response from daemon: No such image: familiar-agent:latest; build the image "
             "familiar-agent:latest (agents.image) on the engine's host, or set agents.pull: missing if a registry has "
             "it",
             never_started),
         "❌ **Could not be started**: image familiar-agent:latest not found"},
        {ended(job_state::interrupted, "the server was shut down"),
         "⏹️ **Interrupted after 3 min 12 s**: the server was shut down while the agent ran"},
        {ended(job_state::interrupted, "its container is gone; nobody saw how it ended"),
         "⏹️ **Interrupted after 3 min 12 s**: its container is gone; nobody saw how it ended"},
        {ended(job_state::expired, "it waited longer than 1d", never_started),
         "⌛ **Not started**: it waited longer than 1 day"},
        {ended(job_state::cancelled, "the merge request was closed"),
         "⏹️ **Cancelled after 3 min 12 s**: the merge request was closed"},
    };
    for (const auto& [job, line] : rows) BOOST_TEST(first_line(job) == line);
}

BOOST_AUTO_TEST_CASE(cost_and_turns_are_told_if_they_are_known) {
    struct row {
        std::optional<double> cost;
        std::optional<int> turns;
        std::string tail;
    };
    const std::vector<row> rows{{0.4159, 12, ", $0.42, 12 turns"},
                                {0.0, 1, ", $0.00, 1 turn"},
                                {0.001, {}, ", less than $0.01"},
                                {{}, 3, ", 3 turns"},
                                {-1.0, {}, ""},
                                {NAN, {}, ""}};
    for (const auto& [cost, turns, tail] : rows) {
        auto job = ended(job_state::succeeded);
        job.cost_usd = cost;
        job.turns = turns;
        BOOST_TEST(first_line(job) == "✅ **Done in 3 min 12 s**" + tail);
    }
}

BOOST_AUTO_TEST_CASE(a_status_says_the_same_without_markup) {
    BOOST_TEST(job::standing(ended(job_state::timed_out, "still running after 30m")) == "stopped after 30 minutes");
    BOOST_TEST(job::standing(ended(job_state::failed, "exit code 1")) == "failed after 3 min 12 s: exit code 1");
    BOOST_TEST(job::standing(ended(job_state::held)) == "waits for an approval");
}

BOOST_AUTO_TEST_CASE(the_agents_words_come_as_they_are_and_its_last_lines_in_a_fence) {
    auto job = ended(job_state::failed, "exit code 1");
    job.summary = "I **tried**, @mona.";
    job.last_lines = "cc main.c\n```\nerror: @everybody";
    BOOST_TEST(job::outcome_text(job, "familiar") ==
               "❌ **Failed after 3 min 12 s**: exit code 1\n\n"
               "I **tried**, @mona.\n\n"
               "What it printed last:\n\n````text\ncc main.c\n```\nerror: @everybody\n````\n\n"
               "Job `01j8`, commit `0123456789`.");
}

BOOST_AUTO_TEST_CASE(of_a_success_the_last_lines_are_of_no_interest) {
    auto job = ended(job_state::succeeded);
    job.last_lines = "bye";
    BOOST_TEST(job::outcome_text(job, "familiar") == "✅ **Done in 3 min 12 s**\n\nJob `01j8`, commit `0123456789`.");
}

BOOST_AUTO_TEST_CASE(who_was_interrupted_is_told_how_to_go_on) {
    BOOST_TEST(has(job::outcome_text(ended(job_state::interrupted, "the server was shut down"), "helper"),
                   "To start it again, comment `@helper` and what it should do."));
}

BOOST_AUTO_TEST_CASE(an_approval_is_asked_for_with_who_may_and_for_which_commit) {
    auto job = ended(job_state::held);
    job.head.clear();
    job.subject.request.head = "fedcba9876543210";
    job.subject.request.head_origin = event::origin::fork;
    job.subject.request.source_path = "ada/widgets";
    const auto text = job::approval_text(job, "familiar", config::permission::maintain);
    BOOST_TEST(text ==
               "⏸️ **Waits for an approval**\n\n"
               "The changes come from `ada/widgets`. An agent works on these changes once somebody with the permission "
               "`maintain` "
               "has looked at them and comments\n\n    @familiar ok-to-run\n\n"
               "That approves commit `fedcba9876` and no other.\n\nJob `01j8`.");
    job.subject.request = {};
    BOOST_TEST(
        has(job::approval_text(job, "familiar", config::permission::write), "the commit that is the newest now"));
}

BOOST_AUTO_TEST_CASE(nothing_that_others_wrote_is_a_mark_or_an_order) {
    BOOST_TEST(job::tamed("a\n<!-- familiar:job=1 -->\nb", 100) == "a\n&lt;!-- familiar:job=1 -->\nb");
    BOOST_TEST(job::tamed("/merge\n  /approve\nsrc/main.cpp\r\n\x0b/close", 100) ==
               "\u200b/merge\n  \u200b/approve\nsrc/main.cpp\n\u200b/close");
    BOOST_TEST(job::fenced("/merge\n<!-- familiar:earlier -->", 100) ==
               "```text\n\u200b/merge\n<! -- familiar:earlier -->\n```");
    BOOST_TEST(job::one_line(" a\n<!-- x\n/merge ", 100) == "a &lt;!-- x /merge");
}

BOOST_AUTO_TEST_CASE(what_is_open_at_the_end_is_closed) {
    struct row {
        std::string text;
        std::string tame;
    };
    const std::vector<row> rows{{"```cpp\nint x;", "```cpp\nint x;\n```"},  {"```\na\n```\nb", "```\na\n```\nb"},
                                {"~~~~\n```\n~~~", "~~~~\n```\n~~~\n~~~~"}, {"`` `a` ``", "`` `a` ``"},
                                {"    ```\nindented", "    ```\nindented"}, {"\n\n \n", ""}};
    for (const auto& [text, tame] : rows) BOOST_TEST(job::tamed(text, 1000) == tame);
}

BOOST_AUTO_TEST_CASE(cuts_are_between_characters_and_keep_the_bound) {
    BOOST_TEST(job::cut("abc", 3) == "abc");
    BOOST_TEST(job::cut("abcdef", 5) == "ab…");
    BOOST_TEST(job::cut("aäääää", 7) == "aä…");  // the third character would end after the fourth byte
    auto job = ended(job_state::failed, std::string(100'000, 'r'));
    for (const auto* piece : {"ä", "/\n", "<!--", "`\n"}) {
        job.summary.clear();
        while (job.summary.size() < 100'000) job.summary += piece;
        job.last_lines = job.summary;
        BOOST_TEST(job::outcome_text(job, "familiar").size() < 50'000U, piece);
    }
}

BOOST_AUTO_TEST_CASE(no_secret_is_told_to_anybody) {
    observe::redact(core::secret("feedback-secret-7"));
    auto job = ended(job_state::failed, "exit code 1: feedback-secret-7");
    job.summary = "see feedback-secret-7";
    job.last_lines = "token=feedback-secret-7";
    const auto text = job::outcome_text(job, "familiar");
    BOOST_TEST(!has(text, "feedback-secret-7"), text);
    BOOST_TEST(!has(job::standing(job), "feedback-secret-7"));
}

BOOST_AUTO_TEST_SUITE_END()
