#include "asked_forge.hpp"
#include "house.hpp"

// Who gets an agent, with a forge that can be asked: permissions, approvals, and the bot itself.
namespace {

using namespace familiar;
using namespace familiar::test;
using config::permission;
using journal::job_state;

const std::string elsewhere(40, 'e');

struct guarded_house : house {
    guarded_house() {
        apis[event::provider::github] = &forge;
        settings.triggers.minimum_permission = permission::write;
        forge.members = {{"mona", permission::write}, {"mallory", permission::read}};
        forge.requests[1] = opened(1).request;
        forge.requests[1].head = head();
        forge.requests[1].author.login = "mona";
        engine.agent("ends 0");
    }

    event::event from(const std::string& login, event::event made) {
        made.sender.login = login;
        return made;
    }

    event::event from_fork(event::event made, const std::string& commit) {
        made.request.head_origin = event::origin::fork;
        made.request.head = commit;
        made.request.source_path = "mallory/widgets";
        forge.requests[1] = made.request;
        return from("mallory", made);
    }

    event::event says(const std::string& login, const std::string& words, std::int64_t id) {
        auto made = commented(1, id);
        made.note->body = words;
        return from(login, made);
    }

    /// Suspends until the forge was asked about the merge request so often.
    boost::asio::awaitable<void> was_asked(int times) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (forge.calls["merge_request"] < times) {
            if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("the forge is not asked");
            co_await async::sleep_for(std::chrono::milliseconds(2));
        }
    }

    asked_forge forge;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admission, guarded_house)

BOOST_AUTO_TEST_CASE(who_may_write_gets_an_agent_and_who_may_read_a_polite_word) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        co_await familiar.reaches(co_await familiar.deliver(opened(1)), job_state::succeeded);
        const auto refused = co_await familiar.reaches(
            co_await familiar.deliver(says("mallory", "@familiar do something", 2)), job_state::refused);
        BOOST_TEST(refused.reason.find("mallory has the permission read") != std::string::npos);
        BOOST_TEST(refused.summary.find("at least write") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(a_comment_learns_branch_and_origin_from_the_forge) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        const auto job = co_await familiar.reaches(co_await familiar.deliver(says("mona", "@familiar look at this", 1)),
                                                   job_state::succeeded);
        BOOST_TEST(job.subject.request.source_branch == "feature");
        BOOST_TEST((job.subject.request.head_origin == event::origin::same_repository));
    });
}

BOOST_AUTO_TEST_CASE(a_fork_is_held_until_somebody_who_may_approves_its_head) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        const auto job = co_await familiar.deliver(from_fork(opened(1), head()));
        const auto held = co_await familiar.reaches(job, job_state::held);
        BOOST_TEST(held.reason.find(head()) != std::string::npos);

        const auto vain = co_await familiar.deliver(says("mallory", "@familiar ok-to-run", 1));
        BOOST_TEST(!(co_await familiar.reaches(vain, job_state::refused)).summary.empty());
        BOOST_TEST(((co_await familiar.find(job)).state == job_state::held));

        const auto word = co_await familiar.deliver(says("mona", "@familiar ok-to-run", 2));
        BOOST_TEST((co_await familiar.reaches(word, job_state::superseded)).reason == "approved " + head());
        BOOST_TEST((co_await familiar.reaches(job, job_state::succeeded)).approved == head());
    });
}

BOOST_AUTO_TEST_CASE(what_somebody_approved_is_what_he_could_have_seen) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        const auto job = co_await familiar.deliver(from_fork(opened(1), elsewhere));
        co_await familiar.reaches(job, job_state::held);
        forge.requests[1].head = head();  // somebody pushed, and its webhook is still on its way
        const auto word = co_await familiar.deliver(says("mona", "@familiar ok-to-run", 1));
        const auto answered = co_await familiar.reaches(word, job_state::refused);
        BOOST_TEST(answered.summary.find("ok-to-run " + head()) != std::string::npos);
        BOOST_TEST(((co_await familiar.find(job)).state == job_state::held));

        const auto named = co_await familiar.deliver(says("mona", "@familiar ok-to-run " + head().substr(0, 8), 2));
        co_await familiar.reaches(named, job_state::superseded);
        BOOST_TEST((co_await familiar.reaches(job, job_state::succeeded)).approved == head());
    });
}

BOOST_AUTO_TEST_CASE(an_approved_head_that_moves_before_its_agent_starts_is_not_run) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        const auto job = co_await familiar.deliver(from_fork(opened(1), elsewhere));
        co_await familiar.reaches(job, job_state::held);
        const auto word = co_await familiar.deliver(says("mona", "@familiar ok-to-run", 1));
        co_await familiar.reaches(word, job_state::superseded);
        const auto ended = co_await familiar.reaches(job, job_state::superseded);
        BOOST_TEST_MESSAGE(ended.reason);
        BOOST_TEST(ended.container == "");
    });
}

BOOST_AUTO_TEST_CASE(what_is_held_stays_so_over_a_restart_and_can_be_approved_then) {
    std::string job;
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        job = co_await familiar.deliver(from_fork(opened(1), head()));
        co_await familiar.reaches(job, job_state::held);
    });
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        BOOST_TEST(((co_await familiar.find(job)).state == job_state::held));
        auto word = says("mona", "@familiar ok-to-run", 1);
        (void)co_await familiar.hand_in(word, "after-the-restart");
        co_await familiar.reaches(job, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(the_account_of_the_token_starts_nothing_whatever_it_is_called) {
    forge.own = {"ops-account", true};
    forge.members["ops-account"] = permission::admin;
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        const auto job = co_await familiar.deliver(says("ops-account", "@familiar go", 1));
        const auto refused = co_await familiar.reaches(job, job_state::refused);
        BOOST_TEST(refused.reason == "the bot's own event");
        BOOST_TEST(refused.summary == "");
        const auto again = co_await familiar.hand_in(says("ops-account", "@familiar go", 2), "d-own");
        BOOST_TEST(std::holds_alternative<job::ignored>(again));
    });
}

BOOST_AUTO_TEST_CASE(a_forge_that_does_not_answer_lets_nobody_in_until_it_does) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        forge.gone = away();
        const auto job = co_await familiar.deliver(opened(1));
        co_await was_asked(3);
        BOOST_TEST(((co_await familiar.find(job)).state == job_state::received));
        forge.gone.reset();
        co_await familiar.reaches(job, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_for_a_forge_is_taken_in_by_the_next_start) {
    std::string job;
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        forge.gone = limited(std::chrono::minutes(10));
        job = co_await familiar.deliver(opened(1));
        co_await was_asked(1);
    });
    forge.gone.reset();
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        co_await familiar.reaches(job, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(a_merge_request_that_was_closed_meanwhile_is_not_worked_on) {
    serve([&](server& familiar) -> boost::asio::awaitable<void> {
        forge.open = false;
        const auto refused = co_await familiar.reaches(co_await familiar.deliver(opened(1)), job_state::refused);
        BOOST_TEST(refused.reason == "the merge request is not open any more");
    });
}

BOOST_AUTO_TEST_SUITE_END()
