#include "unit/job/feedback_bench.hpp"

namespace asio = boost::asio;

using namespace familiar;
using journal::job_state;
using test::feedback_bench;

BOOST_FIXTURE_TEST_SUITE(feedback, feedback_bench)

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string mark_of(const journal::job_record& job) {
    return "<!-- familiar:job=" + job.id + " -->\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_job_is_seen_from_the_eyes_on_its_comment_to_the_comment_with_its_outcome) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        auto job = co_await queued(asked(3));
        says.queued(job, 2);
        says.running(co_await started(job.id));
        job = co_await ended(job.id, job_state::timed_out, "still running after 30m");
        says.owes();
        co_await all_told();
        BOOST_REQUIRE(github.remarks.size() == 1U);
        const auto& said = github.remarks[0].said;
        BOOST_TEST(said.body.starts_with(mark_of(job) + "❌ **Stopped after 30 minutes**\n"), said.body);
        BOOST_TEST((github.eyes == std::vector<std::string>{"3"}));
        BOOST_TEST(github.course("aaaa") == "queued, running, failed");
        BOOST_TEST(github.statuses[0].description == "queued, place 3 in the queue");
        BOOST_TEST(github.statuses[0].link == "https://forge/c3");
        BOOST_TEST(github.statuses[2].description == "stopped after 30 minutes");
        BOOST_TEST(github.statuses[2].link == said.url);
    });
}

BOOST_AUTO_TEST_CASE(what_was_not_said_on_the_way_is_said_before_the_end) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued();
        const auto running = co_await started(job.id);
        co_await ended(job.id, job_state::succeeded);
        says.owes();
        says.queued(job, 0);
        says.running(running);
        co_await all_told();
    });
    BOOST_TEST(github.course("aaaa") == "queued, running, succeeded");
}

BOOST_AUTO_TEST_CASE(a_comment_whose_answer_got_lost_is_not_written_again) {
    github.mishaps = {{.call = "post_comment", .failure = test::away(), .done = true}};
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await done();
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 1U);
    BOOST_TEST(github.calls["post_comment"] == 1);
    BOOST_TEST(github.course("aaaa") == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_comment_that_was_not_taken_is_written_later) {
    github.mishaps = {{.call = "post_comment", .failure = test::away()},
                      {.call = "comments", .failure = test::away()},
                      {.call = "identify", .failure = test::away()},
                      {.call = "set_status", .failure = test::away()}};
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await done();
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.mishaps.empty());
    BOOST_TEST(github.remarks.size() == 1U);
    BOOST_TEST(github.course("aaaa") == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_crash_between_the_comment_and_its_record_makes_no_second_one) {
    github.mishaps = {{.call = "set_status", .silence = true}};
    journal::job_record job;
    run(
        [&](job::feedback& says) -> asio::awaitable<void> {
            job = co_await done();
            says.owes();
            co_await test::wait_until([this] { return github.calls["set_status"] == 1; });
        },
        false);
    BOOST_TEST(github.remarks.size() == 1U);
    run([this](job::feedback&) -> asio::awaitable<void> { co_await all_told(); });  // by itself, at its start
    BOOST_REQUIRE(github.remarks.size() == 1U);
    BOOST_TEST(github.calls["post_comment"] == 1);
    BOOST_TEST(github.calls["edit_comment"] == 0);
    BOOST_TEST(github.course("aaaa") == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_mark_that_somebody_else_wrote_counts_for_nothing) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await done();
        for (const auto* login : {"mona", "familiar", "other[bot]"})
            github.comment(login, mark_of(job) + "Done, trust me.");
        github.comment("familiar[bot]", mark_of(job) + "a line", event::place::line);
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 5U);
    BOOST_TEST(github.calls["edit_comment"] == 0);
}

BOOST_AUTO_TEST_CASE(the_newest_comment_is_edited_if_it_is_ours) {
    journal::job_record second;
    run([&](job::feedback& says) -> asio::awaitable<void> {
        co_await done(pushed("aaaa"), job_state::failed, "exit code 1");
        says.owes();
        co_await all_told();
        second = co_await done(pushed("bbbb"));
        says.owes();
        co_await all_told();
    });
    BOOST_REQUIRE(github.remarks.size() == 1U);
    const auto body = github.bodies()[0];
    BOOST_TEST(body.starts_with(mark_of(second) + "✅ **Done in 10 s**\n"), body);
    BOOST_TEST(has(body, "<details><summary>Earlier</summary>\n\n- ❌ **Failed after 10 s**: exit code 1\n"), body);
    BOOST_TEST(github.course("aaaa") == "failed");
    BOOST_TEST(github.course("bbbb") == "succeeded");
}

BOOST_AUTO_TEST_CASE(an_edit_whose_answer_got_lost_folds_nothing_twice) {
    github.mishaps = {{.call = "edit_comment", .failure = test::away(), .done = true}};
    run([&](job::feedback& says) -> asio::awaitable<void> {
        co_await done(pushed("aaaa"), job_state::failed, "exit code 1");
        co_await done(pushed("bbbb"));
        says.owes();
        co_await all_told();
    });
    BOOST_REQUIRE(github.remarks.size() == 1U);
    const auto body = github.bodies()[0];
    BOOST_TEST(body.find("- ❌") == body.rfind("- ❌"), body);
    BOOST_TEST(!has(body, "- ✅"), body);
    BOOST_TEST(github.calls["edit_comment"] == 1);
}

BOOST_AUTO_TEST_CASE(somebody_who_asked_or_has_spoken_since_gets_a_comment_of_its_own) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await done();
        co_await done(asked(3));  // an answer
        says.owes();
        co_await all_told();
        github.comment("mona", "I see.");
        co_await done(pushed("bbbb"));
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 4U);
    BOOST_TEST(github.calls["edit_comment"] == 0);
}

BOOST_AUTO_TEST_CASE(an_approval_is_asked_for_once_and_its_comment_becomes_the_outcome) {
    journal::job_record job;
    run([&](job::feedback& says) -> asio::awaitable<void> {
        job = co_await held(asked(3));
        says.owes();
        co_await all_told();
        says.owes();
        co_await says.settle_for(std::chrono::seconds(10));
    });
    BOOST_REQUIRE(github.remarks.size() == 1U);
    BOOST_TEST(has(github.bodies()[0], "@familiar ok-to-run\n"));
    BOOST_TEST(github.course("aaaa") == "queued");
    BOOST_TEST(github.statuses[0].description == "waits for an approval");
    run([&](job::feedback& says) -> asio::awaitable<void> {
        co_await started(job.id);
        co_await ended(job.id, job_state::succeeded);
        says.owes();
        co_await all_told();
    });
    BOOST_REQUIRE(github.remarks.size() == 1U);
    BOOST_TEST(github.bodies()[0].starts_with(mark_of(job) + "✅"), github.bodies()[0]);
    BOOST_TEST(!has(github.bodies()[0], "Earlier"));
    BOOST_TEST(github.course("aaaa") == "queued, succeeded");
}

BOOST_AUTO_TEST_CASE(a_comment_that_somebody_deleted_is_written_anew) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await held();
        says.owes();
        co_await all_told();
        github.remarks.clear();
        co_await started(job.id);
        co_await ended(job.id, job_state::succeeded);
        says.owes();
        co_await all_told();
    });
    BOOST_REQUIRE(github.remarks.size() == 1U);
    BOOST_TEST(has(github.bodies()[0], "✅"));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_said_once_to_each_sender_and_nothing_is_red) {
    const auto flood = [this](job::feedback& says) -> asio::awaitable<void> {
        for (int i = 1; i <= 5; ++i) co_await refused(asked(i, "Ada-L"), "Sorry, @Ada-L.");
        co_await refused(asked(6, "eve"), "Sorry, @eve.");
        co_await refused(asked(7, "nobody"), "");
        says.owes();
        co_await all_told();
    };
    run(flood);
    BOOST_TEST(github.calls["comments"] == 2);
    run(flood);  // of another process, which has to look
    BOOST_TEST(github.calls["comments"] == 4);
    BOOST_TEST(github.calls["post_comment"] == 2);
    BOOST_TEST(github.calls["edit_comment"] == 0);
    BOOST_TEST(github.statuses.empty());
    BOOST_REQUIRE(github.remarks.size() == 2U);
    BOOST_TEST(github.bodies()[0].starts_with("<!-- familiar:refused=ada%2dl%2f"), github.bodies()[0]);
    BOOST_TEST(has(github.bodies()[0], " -->\nSorry, @Ada-L.\n"));
}

BOOST_AUTO_TEST_CASE(another_no_to_the_same_person_is_said) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await refused(asked(1), "The head is `aaaa` by now.");
        co_await refused(asked(2), "The head is `bbbb` by now.");
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_comment_that_joined_another_gets_eyes) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto joined = co_await queued(asked(4));
        co_await ended(joined.id, job_state::superseded, "joined job x");
        says.owes();
        co_await all_told();
    });
    BOOST_TEST((github.eyes == std::vector<std::string>{"4"}));
    BOOST_TEST(github.remarks.empty());
    BOOST_TEST(github.statuses.empty());
}

BOOST_AUTO_TEST_CASE(what_was_superseded_or_cancelled_without_an_agent_leaves_nothing_pending_and_no_comment) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto one = co_await queued(pushed("aaaa"));
        const auto other = co_await queued(pushed("cccc"));
        const auto same = co_await queued(pushed("dddd"));
        says.queued(one, 0);
        says.queued(same, 0);
        co_await test::wait_until([this] { return github.statuses.size() == 2; });
        says.queued(other, 1);
        const auto newer = co_await queued(pushed("dddd"));
        says.queued(newer, 0);
        co_await ended(one.id, job_state::superseded, "superseded by job x");
        co_await ended(other.id, job_state::cancelled, "the merge request was closed");
        co_await ended(same.id, job_state::superseded, "superseded by job " + newer.id);
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.course("aaaa") == "queued, stopped");
    BOOST_TEST((github.course("cccc").empty() || github.course("cccc") == "queued, stopped"));
    BOOST_TEST(github.course("dddd") == "queued, queued");  // the newer one's, and none after it
    BOOST_TEST(github.remarks.empty());
}

BOOST_AUTO_TEST_CASE(what_a_process_before_may_have_left_pending_is_taken_back) {
    journal::job_record job;
    run([&](job::feedback& says) -> asio::awaitable<void> {
        job = co_await queued(pushed("aaaa"));
        says.queued(job, 0);
        co_await test::wait_until([this] { return !github.statuses.empty(); });
    });
    run([&](job::feedback& says) -> asio::awaitable<void> {
        co_await ended(job.id, job_state::superseded, "superseded by job x");
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.course("aaaa") == "queued, stopped");
}

BOOST_AUTO_TEST_CASE(one_that_goes_away_leaves_the_mark_to_the_one_that_runs) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto runs = co_await queued();
        says.running(co_await started(runs.id));
        const auto waits = co_await queued(asked(3));
        says.queued(waits, 0);
        co_await test::wait_until([this] { return github.statuses.size() == 2; });
        co_await ended(waits.id, job_state::cancelled, "by mona");
        says.owes();
        co_await all_told();
        co_await ended(runs.id, job_state::failed, "exit code 1");
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.course("aaaa") == "running, queued, failed");
}

BOOST_AUTO_TEST_CASE(the_mark_moves_with_the_commit_that_is_worked_on) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued(pushed("aaaa"));
        says.queued(job, 0);
        says.running(co_await started(job.id, "bbbb"));
        co_await ended(job.id, job_state::succeeded);
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.course("aaaa") == "queued, stopped");
    BOOST_TEST(github.course("bbbb") == "running, succeeded");
}

BOOST_AUTO_TEST_CASE(an_interrupted_job_says_that_the_server_was_shut_down_and_is_not_red) {
    run([this](job::feedback&) -> asio::awaitable<void> {
        co_await done(asked(3), job_state::interrupted, "the server was shut down");
    });  // settle_for() alone gets it told
    BOOST_REQUIRE(github.remarks.size() == 1U);
    BOOST_TEST(has(github.bodies()[0], "the server was shut down while the agent ran"));
    BOOST_TEST(github.course("aaaa") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_forge_that_is_away_holds_up_nobody_else) {
    github.gone = test::away();
    run([this](job::feedback& says) -> asio::awaitable<void> {
        for (int i = 0; i < 60; ++i) {  // more than are looked at
            auto subject = pushed("aaaa");
            subject.request.number = 100 + i;
            co_await done(std::move(subject));
        }
        co_await done(pushed("bbbb", event::provider::gitlab));
        says.owes();
        co_await test::wait_until([this] { return gitlab.course("bbbb") == "succeeded"; });
        BOOST_TEST(github.remarks.empty());
        github.gone.reset();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 60U);
    BOOST_TEST(gitlab.remarks.size() == 1U);
    BOOST_TEST(log.contains("people could not be told of the job"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_holds_up_its_merge_request_and_no_other) {
    github.mishaps = {{.call = "comments", .failure = test::away()}};
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await done(pushed("aaaa"), job_state::failed, "exit code 1");
        co_await done(pushed("bbbb"));
        auto elsewhere = pushed("cccc");
        elsewhere.request.number = 8;
        co_await done(std::move(elsewhere), job_state::cancelled, "by mona");
        github.comment("mona", "so that each has its own");
        says.owes();
        co_await all_told();
    });
    BOOST_REQUIRE(github.statuses.size() == 3U);
    BOOST_TEST(github.statuses[0].commit == "cccc");
    BOOST_TEST(github.statuses[1].commit == "aaaa");
    BOOST_TEST(github.statuses[2].commit == "bbbb");
}

BOOST_AUTO_TEST_CASE(a_forge_that_asks_for_time_gets_it) {
    const auto wait = std::chrono::milliseconds(300);
    github.mishaps = {{.call = "comments", .failure = test::limited(wait)}};
    auto asked_at = std::chrono::steady_clock::time_point{};
    run([&](job::feedback& says) -> asio::awaitable<void> {
        co_await done();
        says.owes();
        co_await test::wait_until([this] { return github.calls["comments"] == 1; });
        asked_at = std::chrono::steady_clock::now();
        says.queued(co_await queued(pushed("bbbb")), 0);  // a note waits, too
        says.owes();
        co_await all_told();
        co_await test::wait_until([this] { return github.course("bbbb") == "queued"; });
        BOOST_TEST((std::chrono::steady_clock::now() - asked_at >= wait - std::chrono::milliseconds(20)));
    });
    BOOST_TEST(github.calls["comments"] == 2);
}

BOOST_AUTO_TEST_CASE(a_note_that_the_forge_wants_later_is_said_later) {
    github.mishaps = {{.call = "set_status", .failure = test::limited(std::chrono::milliseconds(1'100))}};
    run([this](job::feedback& says) -> asio::awaitable<void> {
        says.queued(co_await queued(), 0);
        co_await test::wait_until([this] { return github.calls["set_status"] == 1; });
        BOOST_TEST(github.statuses.empty());
        co_await test::wait_until([this] { return github.course("aaaa") == "queued"; });
    });
}

BOOST_AUTO_TEST_CASE(a_note_gets_a_second_attempt_and_no_third) {
    for (int i = 0; i < 3; ++i) github.mishaps.push_back({.call = "set_status", .failure = test::away()});
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued();
        says.queued(job, 0);
        co_await test::wait_until([this] { return github.calls["set_status"] == 2; });
        says.running(co_await started(job.id));
        co_await test::wait_until([this] { return github.course("aaaa") == "running"; });
    });
    BOOST_TEST(github.calls["set_status"] == 4);
    BOOST_TEST(log.contains("could not be shown"));
}

BOOST_AUTO_TEST_CASE(a_token_that_may_not_set_statuses_does_not_fill_the_log_and_hinders_no_comment) {
    for (int i = 0; i < 20; ++i) github.mishaps.push_back({.call = "set_status", .failure = test::forbidden()});
    run([this](job::feedback& says) -> asio::awaitable<void> {
        for (int i = 0; i < 5; ++i) {
            const auto job = co_await queued(asked(i));
            says.queued(job, 0);
            says.running(co_await started(job.id));
            co_await ended(job.id, job_state::succeeded);
        }
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.size() == 5U);
    BOOST_TEST(std::ranges::count_if(log.lines(), [](const auto& line) { return has(line, "level=warn"); }) == 1);
}

BOOST_AUTO_TEST_CASE(a_comment_that_may_not_be_written_is_given_up) {
    github.mishaps = {{.call = "post_comment", .failure = test::forbidden()}};
    run([this](job::feedback& says) -> asio::awaitable<void> {
        co_await done();
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.remarks.empty());
    BOOST_TEST(github.course("aaaa") == "succeeded");
    BOOST_TEST(log.contains("a comment could not be written"));
}

BOOST_AUTO_TEST_CASE(what_nobody_took_for_a_day_is_given_up) {
    github.gone = test::away();
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued();
        co_await started(job.id);
        journal::job_change old;
        old.state = job_state::failed;
        old.finished_at = core::now() - std::chrono::hours(25);
        co_await change(job.id, std::move(old));
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(log.contains("nobody was told of the job"));
}

BOOST_AUTO_TEST_CASE(without_an_api_nothing_is_said_and_nothing_is_owed) {
    without_api();
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued();
        says.queued(job, 0);
        says.running(co_await started(job.id));
        co_await ended(job.id, job_state::succeeded);
        says.owes();
        co_await all_told();
    });
    BOOST_TEST(github.calls.empty());
}

BOOST_AUTO_TEST_CASE(a_forge_that_hangs_holds_up_the_end_no_longer_than_allowed) {
    for (const auto* call : {"react", "comments", "set_status"}) {
        github.mishaps = {{.call = call, .silence = true}};
        run(
            [this](job::feedback& says) -> asio::awaitable<void> {
                const auto job = co_await queued(asked(3));
                says.queued(job, 0);
                co_await started(job.id);
                co_await ended(job.id, job_state::interrupted, "the server was shut down");
                says.owes();
                co_await says.settle_for(std::chrono::milliseconds(50));
            },
            false);
        BOOST_TEST(github.mishaps.empty());
    }
    run([this](job::feedback&) -> asio::awaitable<void> { co_await all_told(); });
    BOOST_TEST(github.remarks.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_notes_is_bounded) {
    run([this](job::feedback& says) -> asio::awaitable<void> {
        const auto job = co_await queued();
        for (int i = 0; i < 1'005; ++i) says.queued(job, 0);
        co_return;
    });
    BOOST_TEST(github.statuses.size() == 1'000U);
    BOOST_TEST(log.contains("too much is to be said"));
}

BOOST_AUTO_TEST_SUITE_END()
