// What becomes of a webhook in the transaction that its answer waits for, where nobody has to be asked; and in which
// order that happens beside jobs about which somebody has to be.
#include "asked_forge.hpp"
#include "house.hpp"
#include "support/commits_in_log.hpp"

#include <algorithm>

using namespace familiar;
using namespace familiar::test;
using journal::job_state;
namespace asio = boost::asio;

namespace {

/// A comment as GitLab tells of one: with branches and origin.
event::event whole_comment(std::int64_t number, std::int64_t id) {
    auto made = opened(number);
    made.what = event::action::commented;
    made.note = commented(number, id).note;
    return made;
}

/// Nothing is started, so that what waits goes on waiting.
struct answered : house {
    void open(server::body meanwhile) {
        open_journal(settings)->close();
        SQLite::Database(settings.storage.path.string(), SQLite::OPEN_READWRITE).exec(R"sql(
            create table first_states (job text, state text);
            create trigger first_state after insert on jobs
                begin insert into first_states values (new.id, new.state); end;
        )sql");
        serve(std::move(meanwhile), false);
    }

    /// A job, in which state the webhook's transaction left it, and how many commits there were up to the answer.
    struct standing {
        journal::job_record job;
        std::string first_state;
        int commits = 0;
    };

    std::string first_state_of(const std::string& job) const {
        SQLite::Database database(settings.storage.path.string());
        return database.execAndGet("select state from first_states where job = '" + job + "'").getString();
    }

    asio::awaitable<standing> hand_in(server& one, event::event incoming, std::string delivery) {
        const auto before = commits_in_log(settings.storage.path);
        const auto taken = co_await one.hand_in(std::move(incoming), std::move(delivery));
        BOOST_REQUIRE(std::holds_alternative<job::queued>(taken));
        const auto commits = commits_in_log(settings.storage.path) - before;
        auto job = co_await one.find(std::get<job::queued>(taken).job);
        auto first = first_state_of(job.id);
        co_return standing{std::move(job), std::move(first), commits};
    }

    /// Both begin before either is on disk; their jobs as they stand once both were dealt with.
    asio::awaitable<std::vector<journal::job_record>> hand_in_together(server& one, event::event first,
                                                                       event::event second) {
        std::string ids[2];
        async::task_group both(one.context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("it threw"); });
        both.spawn(note_job(one, std::move(first), "first", ids[0]));
        both.spawn(note_job(one, std::move(second), "second", ids[1]));
        co_await both.join();
        BOOST_TEST(co_await one.jobs.settle_for(std::chrono::seconds(30)));
        std::vector<journal::job_record> jobs;
        for (const auto& id : ids) jobs.push_back(co_await one.find(id));
        co_return jobs;
    }

    static asio::awaitable<void> note_job(server& one, event::event incoming, std::string delivery, std::string& id) {
        const auto taken = co_await one.hand_in(std::move(incoming), std::move(delivery));
        id = std::get<job::queued>(taken).job;
    }

    /// The first of those lines that contains `text`.
    std::ptrdiff_t line_with(const std::string& text) const {
        const auto lines = log.lines();
        const auto found =
            std::ranges::find_if(lines, [&](const auto& line) { return line.find(text) != std::string::npos; });
        BOOST_TEST((found != lines.end()), text);
        return found - lines.begin();
    }
};

void check_joined(const journal::job_record& job, const journal::job_record& target) {
    BOOST_TEST(to_text(target.state) == "queued");
    BOOST_TEST(to_text(job.state) == "superseded");
    BOOST_TEST(job.reason == "joined job " + target.id);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(at_once, answered)

BOOST_AUTO_TEST_CASE(a_job_that_may_run_is_queued_in_the_one_commit_of_its_webhook) {
    open([this](server& one) -> asio::awaitable<void> {
        const auto taken = co_await hand_in(one, opened(7), "abc");
        BOOST_TEST(taken.first_state == "queued");
        BOOST_TEST(taken.commits == 1);
        BOOST_TEST(one.jobs.queued() == 1U);
        BOOST_TEST(one.jobs.waiting_for(taken.job) == "engine");
        BOOST_TEST(log.contains("webhook accepted"));
    });
}

BOOST_AUTO_TEST_CASE(a_job_that_may_not_run_is_refused_in_the_one_commit_of_its_webhook) {
    settings.triggers.minimum_permission = config::permission::write;
    open([this](server& one) -> asio::awaitable<void> {
        const auto taken = co_await hand_in(one, opened(7), "abc");
        BOOST_TEST(taken.first_state == "refused");
        BOOST_TEST(taken.job.outcome == "refused");
        BOOST_TEST(taken.job.reason.find("no API that could be asked") != std::string::npos, taken.job.reason);
        BOOST_TEST(taken.job.summary.find("at least write") != std::string::npos, taken.job.summary);
        BOOST_TEST(taken.job.finished_at.has_value());
        BOOST_TEST(taken.commits == 1);
        BOOST_TEST(one.jobs.queued() == 0U);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"refused\"}") == 1);
        BOOST_TEST(line_with("webhook accepted") < line_with("job refused"));
        const auto again = co_await one.hand_in(opened(7), "abc");
        BOOST_REQUIRE(std::holds_alternative<job::duplicate>(again));
        BOOST_TEST(to_text(std::get<job::duplicate>(again).state) == "refused");
    });
}

BOOST_AUTO_TEST_CASE(an_update_supersedes_in_the_one_commit_of_its_webhook) {
    open([this](server& one) -> asio::awaitable<void> {
        const auto first = co_await hand_in(one, updated(7, "a", "b"), "abc");
        const auto second = co_await hand_in(one, updated(7, "b", "c"), "def");
        BOOST_TEST(second.first_state == "queued");
        BOOST_TEST(second.commits == 1);
        BOOST_TEST((co_await one.find(first.job.id)).reason == "superseded by job " + second.job.id);
        BOOST_TEST(one.jobs.queued() == 1U);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_updated\",outcome=\"superseded\"}") == 1);
        BOOST_TEST(log.contains("job superseded"));
    });
}

BOOST_AUTO_TEST_CASE(a_comment_joins_in_the_one_commit_of_its_webhook) {
    open([this](server& one) -> asio::awaitable<void> {
        const auto first = co_await hand_in(one, whole_comment(7, 1), "abc");
        const auto second = co_await hand_in(one, whole_comment(7, 2), "def");
        BOOST_TEST(second.first_state == "superseded");
        BOOST_TEST(second.commits == 1);
        check_joined(second.job, co_await one.find(first.job.id));
        BOOST_TEST(one.jobs.queued() == 1U);
        BOOST_TEST(log.contains("job joined another"));
    });
}

BOOST_AUTO_TEST_CASE(a_duplicate_is_not_placed) {
    open([this](server& one) -> asio::awaitable<void> {
        const auto first = co_await hand_in(one, whole_comment(7, 1), "abc");
        for (const std::string delivery : {"abc", "from-another-hook"}) {
            const auto again = co_await one.hand_in(whole_comment(7, 1), delivery);
            BOOST_REQUIRE(std::holds_alternative<job::duplicate>(again));
            BOOST_TEST(std::get<job::duplicate>(again).job == first.job.id);
        }
        BOOST_TEST(one.jobs.queued() == 1U);
        BOOST_TEST((co_await one.find(first.job.id)).joined.empty());
        BOOST_TEST(log.contains("webhook is a duplicate"));
        BOOST_TEST(!log.contains("job joined another"));
    });
}

BOOST_AUTO_TEST_CASE(what_somebody_has_to_be_asked_about_is_received_first) {
    settings.triggers.forks = config::forks_policy::approve;
    auto fork = opened(8);
    fork.request.head_origin = event::origin::fork;
    fork.request.head = head();
    auto approval = whole_comment(9, 1);
    approval.note->body = "@familiar ok-to-run";
    open([&](server& one) -> asio::awaitable<void> {
        int number = 0;
        for (const auto& incoming : {commented(7), fork, approval}) {
            const auto taken = co_await hand_in(one, incoming, std::to_string(++number));
            BOOST_TEST(taken.first_state == "received");
        }
        co_await wait_until([&] { return one.jobs.queued() == 0; });
        BOOST_TEST(log.contains("job held"));
    });
}

BOOST_AUTO_TEST_CASE(where_there_is_an_api_a_job_is_received_first) {
    asked_forge forge;
    forge.gone = away();
    forge.requests[7] = opened(7).request;
    apis[event::provider::github] = &forge;
    open([&](server& one) -> asio::awaitable<void> {
        const auto taken = co_await hand_in(one, opened(7), "abc");
        BOOST_TEST(taken.first_state == "received");
        forge.gone.reset();
        co_await one.reaches(taken.job.id, job_state::queued);
    });
}

BOOST_AUTO_TEST_CASE(a_job_does_not_overtake_one_that_is_being_written_down_and_asked_about_then) {
    open([this](server& one) -> asio::awaitable<void> {
        co_await hand_in(one, opened(7), "opened");
        const auto jobs = co_await hand_in_together(one, commented(7, 1), whole_comment(7, 2));
        check_joined(jobs[1], jobs[0]);
    });
}

BOOST_AUTO_TEST_CASE(a_job_that_has_to_be_asked_about_does_not_overtake_one_that_is_placed_at_once) {
    open([this](server& one) -> asio::awaitable<void> {
        co_await hand_in(one, opened(7), "opened");
        const auto jobs = co_await hand_in_together(one, whole_comment(7, 1), commented(7, 2));
        check_joined(jobs[1], jobs[0]);
    });
}

BOOST_AUTO_TEST_CASE(a_job_waits_behind_one_of_its_merge_request_that_waits_for_a_forge_and_no_other_does) {
    asked_forge forge;
    forge.gone = away();
    forge.requests[7] = opened(7).request;
    apis[event::provider::github] = &forge;
    open([&](server& one) -> asio::awaitable<void> {
        const auto first = co_await hand_in(one, commented(7, 1), "abc");
        co_await wait_until([&] { return forge.calls["merge_request"] + forge.calls["identify"] > 0; });
        one.apis.clear();
        const auto second = co_await hand_in(one, whole_comment(7, 2), "def");
        BOOST_TEST(second.first_state == "received");
        BOOST_TEST((co_await hand_in(one, opened(8), "ghi")).first_state == "queued");
        one.apis[event::provider::github] = &forge;
        forge.gone.reset();
        const auto joined = co_await one.reaches(second.job.id, job_state::superseded);
        check_joined(joined, co_await one.reaches(first.job.id, job_state::queued));
    });
}

BOOST_AUTO_TEST_CASE(a_line_is_given_up_when_the_journal_does_not_take_its_job) {
    open([this](server& one) -> asio::awaitable<void> {
        {
            const database_lock lock(settings);
            for (const auto& incoming : {commented(7, 1), whole_comment(7, 2)}) {
                journal::delivery origin{event::provider::github, "abc", "issue_comment", "{}", core::now()};
                BOOST_TEST(!co_await one.intake.accept(std::move(origin), incoming));
            }
        }
        BOOST_TEST(one.jobs.queued() == 0U);
        BOOST_TEST(!(co_await one.book->find_delivery({}, "abc")).value());
        BOOST_TEST((co_await hand_in(one, whole_comment(7, 2), "abc")).first_state == "queued");
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_drains_still_queues_for_the_next_start) {
    engine.agent("ends 0");
    std::string job;
    open([&](server& one) -> asio::awaitable<void> {
        one.jobs.drain();
        const auto taken = co_await hand_in(one, opened(7), "abc");
        BOOST_TEST(taken.first_state == "queued");
        job = taken.job.id;
    });
    serve([&](server& one) -> asio::awaitable<void> { co_await one.reaches(job, job_state::succeeded); });
}

BOOST_AUTO_TEST_SUITE_END()
