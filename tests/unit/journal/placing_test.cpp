#include "desk.hpp"

#include <algorithm>

using namespace familiar;
using journal::job_state;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

journal::placement_rule join(const std::string& target, event::kind kind = event::kind::mr_comment) {
    return [=](const journal::job_record& job, const journal::neighbours&) {
        return journal::placement{.joins = target,
                                  .kind = kind,
                                  .waiting_since = job.created_at - seconds(9),
                                  .not_before = job.created_at + seconds(9)};
    };
}

journal::placement_rule supersede(std::vector<std::string> old) {
    return [=](const journal::job_record& job, const journal::neighbours&) {
        return journal::placement{.supersedes = old, .kind = job.kind, .waiting_since = job.created_at};
    };
}

std::vector<std::string> ids(const std::vector<journal::queue_entry>& entries) {
    std::vector<std::string> all;
    for (const auto& entry : entries) all.push_back(entry.id);
    return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(placing, test::desk)

BOOST_AUTO_TEST_CASE(an_authorised_job_waits_as_the_rule_says) {
    open();
    const auto job = test::comment_job(1);
    const auto id = add("d-1", job);
    const auto rule = [](const journal::job_record& incoming, const journal::neighbours&) {
        return journal::placement{.kind = event::kind::mention,
                                  .waiting_since = incoming.created_at - seconds(5),
                                  .not_before = incoming.created_at + seconds(5)};
    };
    const auto done = try_to_place(id, {.source_branch = "topic", .head_origin = event::origin::fork}, rule).value();
    BOOST_TEST(done.superseded.empty());
    for (const auto& placed : {done.job, find(id)}) {
        BOOST_TEST((placed.state == job_state::queued));
        BOOST_TEST((placed.kind == event::kind::mention));
        BOOST_TEST((placed.waiting_since == job.created_at - seconds(5)));
        BOOST_TEST((placed.not_before == job.created_at + seconds(5)));
        BOOST_TEST(placed.subject.request.source_branch == "topic");
        BOOST_TEST((placed.subject.request.head_origin == event::origin::fork));
        BOOST_TEST(!placed.finished_at.has_value());
    }
    const auto queued = run(book->queue()).value();
    BOOST_REQUIRE(queued.size() == 1u);
    for (const auto& entry : {done.waits.value(), queued.front()}) {
        BOOST_TEST(entry.id == id);
        BOOST_TEST((entry.forge == event::provider::github));
        BOOST_TEST(entry.path == "octo/cat");
        BOOST_TEST(entry.number == 7);
        BOOST_TEST((entry.kind == event::kind::mention));
        BOOST_TEST((entry.created_at == job.created_at));
        BOOST_TEST((entry.waiting_since == job.created_at - seconds(5)));
        BOOST_TEST((entry.not_before == job.created_at + seconds(5)));
    }
}

BOOST_AUTO_TEST_CASE(the_rule_sees_the_job_as_authorised_and_what_waits_for_its_merge_request) {
    open();
    const auto first = enqueue("d-1");
    auto elder = test::sample_job();
    elder.waiting_since = elder.created_at - minutes(5);
    const auto second = enqueue("d-2", elder);
    enqueue("d-3", test::sample_job(test::sample_event(8)));
    move(enqueue("d-4"), job_state::preparing);
    add("d-5");
    const auto id = add("d-6");

    bool asked = false;
    const auto rule = [&](const journal::job_record& job, const journal::neighbours& around) {
        asked = true;
        BOOST_TEST(job.id == id);
        BOOST_TEST((job.state == job_state::queued));
        BOOST_TEST(job.subject.request.source_branch == "told");
        BOOST_TEST((ids(around.waiting) == std::vector{second, first}));
        return test::in_turn(job, around);
    };
    BOOST_TEST(try_to_place(id, {.source_branch = "told"}, rule).has_value());
    BOOST_TEST(asked);
}

BOOST_AUTO_TEST_CASE(the_rule_counts_what_was_let_in_within_the_hour) {
    open();
    const auto now = core::now();
    const auto let_in = [&](const std::string& delivery, std::chrono::seconds age, job_state state) {
        auto job = test::sample_job();
        job.created_at = now - age;
        move(add(delivery, job), state);
    };
    using enum job_state;
    int number = 0;
    for (const auto state :
         {queued, preparing, running, finishing, succeeded, failed, timed_out, cancelled, interrupted, expired})
        let_in("in " + std::to_string(++number), minutes(59), state);
    for (const auto state : {received, held, refused, superseded})
        let_in("out " + std::to_string(++number), minutes(1), state);
    let_in("old", minutes(61), succeeded);
    add("elsewhere", test::sample_job(test::sample_event(8)));

    auto job = test::sample_job();
    job.created_at = now;
    std::size_t counted = 0;
    place(add("d-1", job), [&](const journal::job_record& incoming, const journal::neighbours& around) {
        counted = around.last_hour;
        return test::in_turn(incoming, around);
    });
    BOOST_TEST(counted == 10u);
}

BOOST_AUTO_TEST_CASE(a_refused_job_ends_with_the_reason) {
    open();
    const auto waiting = enqueue("d-1");
    const auto id = add("d-2");
    const auto before = core::now();
    const auto done = place(id, [&](const journal::job_record& job, const journal::neighbours&) {
        return journal::placement{.refused = "too many", .supersedes = {waiting}, .kind = job.kind};
    });
    BOOST_TEST(!done.waits.has_value());
    BOOST_TEST(done.superseded.empty());
    for (const auto& job : {done.job, find(id)}) {
        BOOST_TEST((job.state == job_state::refused));
        BOOST_TEST(job.reason == "too many");
        BOOST_TEST(job.outcome == "refused");
        BOOST_TEST((job.finished_at.value() >= before));
    }
    BOOST_TEST((find(waiting).state == job_state::queued));
}

BOOST_AUTO_TEST_CASE(an_update_takes_the_place_of_those_that_wait) {
    open();
    const auto first = enqueue("d-1");
    const auto second = enqueue("d-2");
    const auto before = core::now();
    const auto id = add("d-3");
    const auto done = place(id, supersede({first, second}));
    BOOST_TEST((done.superseded == std::vector{first, second}));
    for (const auto& old : {find(first), find(second)}) {
        BOOST_TEST((old.state == job_state::superseded));
        BOOST_TEST(old.outcome == "superseded");
        BOOST_TEST(old.reason == "superseded by job " + id);
        BOOST_TEST((old.finished_at.value() >= before));
    }
    BOOST_TEST((ids(run(book->queue()).value()) == std::vector{id}));
}

BOOST_AUTO_TEST_CASE(comments_join_a_waiting_job_in_order_and_none_is_dropped) {
    open();
    const auto target = enqueue("d-1", test::comment_job(1));
    auto second = test::comment_job(2);
    second.joined = {test::comment_job(3).subject};
    const auto id = add("d-2", second);
    const auto before = core::now();
    const auto done = place(id, join(target, event::kind::mention));
    place(add("d-4", test::comment_job(4)), join(target, event::kind::mention));

    BOOST_TEST((done.job.state == job_state::superseded));
    BOOST_TEST(done.job.outcome == "superseded");
    BOOST_TEST(done.job.reason == "joined job " + target);
    BOOST_TEST((done.job.finished_at.value() >= before));
    BOOST_TEST(done.waits->id == target);
    BOOST_TEST((done.waits->kind == event::kind::mention));
    BOOST_TEST((done.waits->not_before == second.created_at + seconds(9)));

    const auto waiting = find(target);
    BOOST_TEST((waiting.state == job_state::queued));
    BOOST_TEST((waiting.kind == event::kind::mention));
    BOOST_TEST(waiting.subject.note->id == 1);
    BOOST_REQUIRE(waiting.joined.size() == 3u);
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(waiting.joined[i].note->id == std::int64_t(i) + 2);
    BOOST_TEST((ids(run(book->queue()).value()) == std::vector{target}));
}

BOOST_AUTO_TEST_CASE(the_delivery_of_a_comment_that_joined_stands_for_the_job_it_joined) {
    open();
    const auto target = enqueue("d-1", test::comment_job(1));
    place(add("d-2", test::comment_job(2)), join(target));
    const auto again = run(book->record(test::sample_delivery("d-2"), test::comment_job(2))).value();
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == target);

    move(target, job_state::failed);
    const auto repeated = run(book->record(test::sample_delivery("d-2"), test::comment_job(2))).value();
    BOOST_TEST(!repeated.duplicate);
    BOOST_TEST(repeated.made->job.retry_of == target);
}

BOOST_AUTO_TEST_CASE(only_a_received_or_held_job_is_placed) {
    open();
    using enum job_state;
    for (const auto state : {queued, preparing, running, finishing, succeeded, cancelled}) {
        const auto id = add(std::string(to_text(state)));
        move(id, state);
        const auto placed = try_to_place(id, {.state = queued});
        BOOST_TEST((placed.error().code == core::errc::conflict), to_text(state));
        BOOST_TEST((find(id).state == state));
    }
    const auto id = add("held");
    move(id, held);
    BOOST_TEST((place(id).job.state == queued));
    BOOST_TEST((run(book->place(test::sample_job(), {}, test::in_turn)).error().code == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_rule_that_names_a_job_that_does_not_wait_places_nothing) {
    open();
    const auto running = add("d-1");
    move(running, job_state::running);
    const auto id = add("d-2");
    for (const auto& rule : {join(running), supersede({running}), join("01j")}) {
        BOOST_TEST((try_to_place(id, {}, rule).error().code == core::errc::invalid));
        BOOST_TEST((find(id).state == job_state::received));
    }
    BOOST_TEST((find(running).state == job_state::running));
}

BOOST_AUTO_TEST_CASE(a_rule_that_throws_fails_alone_and_places_nothing) {
    open();
    const auto id = add("d-1");
    const auto failed =
        try_to_place(id, {}, [](const journal::job_record&, const journal::neighbours&) -> journal::placement {
            throw std::logic_error("a bug");
        });
    BOOST_TEST(core::describe(failed.error()).find("a bug") != std::string::npos);
    BOOST_TEST((find(id).state == job_state::received));
    place(id);
}

BOOST_AUTO_TEST_SUITE_END()
