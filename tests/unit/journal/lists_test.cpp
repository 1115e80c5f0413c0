#include "desk.hpp"

#include <SQLiteCpp/Database.h>

#include <algorithm>

using namespace familiar;
using journal::job_state;
using std::chrono::seconds;

namespace {

struct lists : test::desk {
    std::vector<std::string> page(journal::job_filter which) {
        std::vector<std::string> ids;
        for (const auto& job : run(book->list(std::move(which))).value()) ids.push_back(job.id);
        return ids;
    }
    std::vector<std::string> queued() {
        std::vector<std::string> ids;
        for (const auto& entry : run(book->queue()).value()) ids.push_back(entry.id);
        return ids;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listing, lists)

BOOST_AUTO_TEST_CASE(jobs_are_listed_the_newest_first_and_page_by_page) {
    open();
    std::vector<std::string> ids;
    for (int i = 0; i < 7; ++i) ids.push_back(add("d-" + std::to_string(i)));
    std::ranges::reverse(ids);
    BOOST_TEST((page({}) == ids));
    BOOST_TEST((page({.limit = 3}) == std::vector(ids.begin(), ids.begin() + 3)));
    BOOST_TEST((page({.before = ids[2], .limit = 3}) == std::vector(ids.begin() + 3, ids.begin() + 6)));
    BOOST_TEST((page({.before = ids[5], .limit = 3}) == std::vector{ids[6]}));
    BOOST_TEST(page({.before = ids[6]}).empty());
    BOOST_TEST(page({.limit = 0}).empty());
}

BOOST_AUTO_TEST_CASE(lists_are_narrowed_by_state_and_repository) {
    open();
    const auto in = [&](const std::string& repository, const std::string& delivery, job_state state) {
        auto job = test::sample_job();
        job.subject.repo.path = repository;
        const auto id = add(delivery, job);
        move(id, state);
        return id;
    };
    const auto a = in("octo/cat", "d-1", job_state::failed);
    const auto b = in("octo/dog", "d-2", job_state::failed);
    const auto c = in("octo/cat", "d-3", job_state::queued);
    const auto d = in("octo/cat", "d-4", job_state::failed);
    BOOST_TEST((page({.state = job_state::failed}) == std::vector{d, b, a}));
    BOOST_TEST((page({.state = job_state::failed, .before = b}) == std::vector{a}));
    BOOST_TEST((page({.path = "octo/cat"}) == std::vector{d, c, a}));
    BOOST_TEST((page({.path = "octo/cat", .before = d, .limit = 1}) == std::vector{c}));
    BOOST_TEST((page({.state = job_state::failed, .path = "octo/cat"}) == std::vector{d, a}));
    BOOST_TEST((page({.state = job_state::failed, .path = "octo/cat", .before = d}) == std::vector{a}));
    BOOST_TEST(page({.state = job_state::held}).empty());
    BOOST_TEST(page({.path = "octo/ca"}).empty());
}

BOOST_AUTO_TEST_CASE(the_queue_is_ordered_by_how_long_its_jobs_wait) {
    open();
    const auto now = core::now();
    std::vector<std::string> ids;
    for (const int age : {5, 30, 10, 10}) {
        auto job = test::sample_job();
        job.waiting_since = now - seconds(age);
        ids.push_back(enqueue("d-" + std::to_string(ids.size()), job));
    }
    add("not authorised");
    move(add("held"), job_state::held);
    BOOST_TEST((queued() == std::vector{ids[1], ids[2], ids[3], ids[0]}));
    move(ids[1], job_state::preparing);
    BOOST_TEST((queued() == std::vector{ids[2], ids[3], ids[0]}));
    const auto back = run(book->update(ids[1], {.state = job_state::queued, .not_before = now + seconds(60)}));
    BOOST_TEST(back.has_value());
    BOOST_TEST((queued() == std::vector{ids[1], ids[2], ids[3], ids[0]}));
    BOOST_TEST((run(book->queue()).value().front().not_before == now + seconds(60)));
}

BOOST_AUTO_TEST_CASE(a_waiting_job_that_cannot_be_read_back_does_not_stop_the_queue) {
    open();
    const auto damaged = enqueue("d-1");
    const auto sound = enqueue("d-2");
    for (const char* damage : {"subject = '{'", "joined = ''", "kind = 'odd'", "forge = 'odd'"}) {
        SQLite::Database other(path.string(), SQLite::OPEN_READWRITE, 20000);
        other.exec(std::string("update jobs set ") + damage + " where id = '" + damaged + "'");
        BOOST_TEST((queued() == std::vector{damaged, sound}), damage);
        BOOST_TEST((run(book->find(damaged)).error().code == core::errc::storage_failed), damage);
        BOOST_TEST(find(sound).id == sound);
    }
}

BOOST_AUTO_TEST_SUITE_END()
