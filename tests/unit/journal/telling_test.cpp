#include "desk.hpp"

// What the journal knows for talking with a forge: what people have to be told, approvals, heads.
namespace {

using namespace familiar;
using event::provider;
using journal::job_state;

struct telling : test::desk {
    telling() { open(); }

    std::vector<std::string> owed() {
        std::vector<std::string> ids;
        for (const auto& job : run(book->to_tell(100)).value()) ids.push_back(job.id);
        return ids;
    }

    journal::placed hold(const std::string& job) {
        return run(book->hold(job, {.state = job_state::held, .reason = "a fork"})).value();
    }

    std::string add_fork(const std::string& delivery, const std::string& head,
                         event::kind kind = event::kind::mr_updated) {
        auto job = test::sample_job();
        job.kind = kind;
        job.subject.request.head = head;
        job.subject.request.head_origin = event::origin::fork;
        return add(delivery, std::move(job));
    }

    std::vector<std::string> held() {
        std::vector<std::string> ids;
        for (const auto& job : run(book->held(provider::github, "octo/cat", 7)).value()) ids.push_back(job.id);
        return ids;
    }
};

using ids = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(telling_people, telling)

BOOST_AUTO_TEST_CASE(what_ended_is_owed_until_it_was_told_however_it_ended) {
    const auto failed = add("d-1");
    const auto cancelled = add("d-2");
    const auto waiting = enqueue("d-3");
    BOOST_TEST(owed().empty());
    move(failed, job_state::failed);
    BOOST_TEST(run(book->cancel(cancelled, "somebody said so")).has_value());
    BOOST_TEST((owed() == ids{failed, cancelled}));

    BOOST_TEST(run(book->told(failed, job_state::failed)).has_value());
    BOOST_TEST((owed() == ids{cancelled}));
    open();
    BOOST_TEST((owed() == ids{cancelled}));
    BOOST_TEST(find(waiting).id == waiting);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_owed_once_and_again_when_it_ends) {
    const auto job = add_fork("d-1", "a");
    hold(job);
    BOOST_TEST((owed() == ids{job}));
    BOOST_TEST(run(book->told(job, job_state::held)).has_value());
    BOOST_TEST(owed().empty());
    hold(job);
    BOOST_TEST(owed().empty());
    move(job, job_state::refused);
    BOOST_TEST((owed() == ids{job}));
}

BOOST_AUTO_TEST_CASE(a_job_that_ended_while_it_was_told_of_as_held_is_still_owed) {
    const auto job = add_fork("d-1", "a");
    hold(job);
    move(job, job_state::cancelled);
    BOOST_TEST(run(book->told(job, job_state::held)).has_value());
    BOOST_TEST((owed() == ids{job}));
    BOOST_TEST(run(book->told("no such job", job_state::failed)).has_value());
}

BOOST_AUTO_TEST_CASE(a_head_that_is_held_takes_the_place_of_one_that_was_and_comments_stay) {
    const auto first = add_fork("d-1", "a");
    auto comment = test::comment_job(1);
    comment.subject.request.head_origin = event::origin::fork;
    const auto said = add("d-2", std::move(comment));
    const auto second = add_fork("d-3", "b");
    hold(first);
    hold(said);
    const auto placed = hold(second);
    BOOST_TEST((placed.superseded == ids{first}));
    BOOST_TEST((find(first).state == job_state::superseded));
    BOOST_TEST((held() == ids{said, second}));
}

BOOST_AUTO_TEST_CASE(what_runs_or_has_ended_is_not_held) {
    const auto job = enqueue("d-1");
    BOOST_TEST((run(book->hold(job, {.state = job_state::held})).error().code == core::errc::conflict));
    move(job, job_state::failed);
    BOOST_TEST((run(book->hold(job, {.state = job_state::held})).error().code == core::errc::conflict));
    BOOST_TEST((run(book->hold("no such job", {.state = job_state::held})).error().code == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(an_approval_is_for_one_head_of_one_merge_request) {
    const journal::approval word{.path = "octo/cat", .number = 7, .head = "abc", .by = "mona"};
    BOOST_TEST(run(book->approve(word)).has_value());
    BOOST_TEST(run(book->approve(word)).has_value());
    open();
    const auto approved = [&](provider forge, const char* path, std::int64_t number, const char* head) {
        return run(book->is_approved(forge, path, number, head)).value();
    };
    BOOST_TEST(approved(provider::github, "octo/cat", 7, "abc"));
    BOOST_TEST(!approved(provider::github, "octo/cat", 7, "abd"));
    BOOST_TEST(!approved(provider::github, "octo/cat", 8, "abc"));
    BOOST_TEST(!approved(provider::github, "octo/dog", 7, "abc"));
    BOOST_TEST(!approved(provider::gitlab, "octo/cat", 7, "abc"));
}

BOOST_AUTO_TEST_CASE(a_head_is_known_by_its_event_or_by_what_its_agent_worked_on) {
    const auto job = add_fork("d-1", "a");
    const auto knows = [&](const char* head, std::int64_t number = 7) {
        return run(book->knows_head(provider::github, "octo/cat", number, head)).value();
    };
    BOOST_TEST(knows("a"));
    BOOST_TEST(!knows("b"));
    BOOST_TEST(!knows("a", 8));
    BOOST_TEST(run(book->update(job, {.state = job_state::running, .head = "b"})).has_value());
    BOOST_TEST(knows("b"));
}

BOOST_AUTO_TEST_CASE(a_head_of_the_bots_own_is_known_until_it_is_old) {
    const auto knows = [&] { return run(book->knows_head(provider::gitlab, "octo/cat", 7, "abc")).value(); };
    BOOST_TEST(!knows());
    for (int twice = 0; twice < 2; ++twice)
        BOOST_TEST(run(book->note_own_head(provider::gitlab, "octo/cat", 7, "abc")).has_value());
    BOOST_TEST(knows());
    BOOST_TEST(run(book->prune(core::now() - std::chrono::hours(1), 10)).value() == 0u);
    BOOST_TEST(knows());
    BOOST_TEST(run(book->prune(core::now() + std::chrono::hours(1), 10)).value() == 1u);
    BOOST_TEST(!knows());
}

BOOST_AUTO_TEST_CASE(repositories_are_told_by_forge_the_newest_first) {
    auto other = test::sample_job();
    other.subject.repo.path = "octo/dog";
    other.created_at += std::chrono::seconds(1);
    add("d-1");
    add("d-2", std::move(other));
    BOOST_TEST((run(book->repositories(provider::github, 10)).value() == ids{"octo/dog", "octo/cat"}));
    BOOST_TEST((run(book->repositories(provider::github, 1)).value() == ids{"octo/dog"}));
    BOOST_TEST(run(book->repositories(provider::gitlab, 10)).value().empty());
}

BOOST_AUTO_TEST_CASE(the_last_use_is_the_newest_delivery_of_before) {
    BOOST_TEST(!book->last_in_use().has_value());
    const auto before = core::now();
    add("d-1");
    BOOST_TEST(!book->last_in_use().has_value());
    open();
    BOOST_REQUIRE(book->last_in_use().has_value());
    BOOST_TEST((*book->last_in_use() >= before));
}

BOOST_AUTO_TEST_CASE(what_an_agent_reports_and_what_a_forge_says_is_kept) {
    const auto job = add("d-1");
    auto request = find(job).subject.request;
    request.title = "Another";
    request.head = "abc";
    BOOST_TEST(run(book->update(job, {.state = job_state::running,
                                      .approved = "abc",
                                      .summary = "Looks good.",
                                      .cost_usd = 0.25,
                                      .turns = 3,
                                      .request = request}))
                   .has_value());
    open();
    const auto kept = find(job);
    BOOST_TEST(kept.approved == "abc");
    BOOST_TEST(kept.summary == "Looks good.");
    BOOST_TEST(kept.cost_usd.value_or(0) == 0.25);
    BOOST_TEST(kept.turns.value_or(0) == 3);
    BOOST_TEST(kept.subject.request.title == "Another");
    BOOST_TEST(kept.subject.request.head == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
