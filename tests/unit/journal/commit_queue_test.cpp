#include "journal/commit_queue.hpp"

#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/Database.h>

#include <functional>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

using namespace familiar;
using core::errc;
using journal::database;
namespace asio = boost::asio;

namespace {

using work = std::function<core::result<int>(database&)>;

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

/// A table of names, and the queue through which all writes to it come.
struct shelf {
    test::temporary_directory folder{};
    std::filesystem::path path = make(folder / "shelf.db");
    asio::io_context context{1};
    journal::commit_queue queue{
        path, [this] { return database(path, database::mode::read_write, std::chrono::seconds(20)); }};

    static std::filesystem::path make(const std::filesystem::path& file) {
        SQLite::Database made(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        made.exec("create table shelf (name text primary key)");
        return file;
    }

    void submit(work what, core::result<int>& result) {
        const auto write = [](journal::commit_queue& to, work one, core::result<int>& out) -> asio::awaitable<void> {
            out = co_await to.write<int>(std::move(one));
        };
        asio::co_spawn(context, write(queue, std::move(what), result), rethrow);
    }

    /// What became of each of these, which the thread finds waiting together.
    std::vector<core::result<int>> write_together(const std::vector<work>& all) {
        const auto not_asked = core::fail(errc::invalid, "not asked");
        std::latch thread_is_busy{1};
        std::latch all_wait{1};
        core::result<int> first = not_asked;
        std::vector<core::result<int>> results(all.size(), not_asked);
        submit(
            [&](database&) {
                thread_is_busy.count_down();
                all_wait.wait();
                return core::result<int>(0);
            },
            first);
        context.poll();
        thread_is_busy.wait();
        for (std::size_t i = 0; i < all.size(); ++i) submit(all[i], results[i]);
        context.poll();
        all_wait.count_down();
        context.run();
        context.restart();
        BOOST_TEST(first.has_value());
        return results;
    }

    std::string names() const {
        SQLite::Database seen(path.string());
        return seen.execAndGet("select coalesce(group_concat(name, ' '), '') from (select name from shelf order by 1)")
            .getString();
    }
};

void insert(database& in, const std::string& name, const char* sql = "insert into shelf values (?1)") {
    (in.use(sql) << name).run();
}

/// Puts a name on the shelf; its result is how often it was performed.
work insertion(std::string name, int& performed) {
    return [name = std::move(name), &performed](database& in) {
        insert(in, name);
        return core::result<int>(++performed);
    };
}

core::result<int> refusal() {
    return core::fail(errc::conflict, "it will not");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commit_queues, shelf)

BOOST_AUTO_TEST_CASE(writes_that_wait_together_are_each_performed_once) {
    int a = 0;
    int b = 0;
    const auto results = write_together({insertion("a", a), insertion("b", b)});
    BOOST_TEST(results[0].value() == 1);
    BOOST_TEST(results[1].value() == 1);
    BOOST_TEST(names() == "a b");
}

BOOST_AUTO_TEST_CASE(one_that_throws_amid_others_fails_alone_with_its_own_error) {
    int before = 0;
    int after = 0;
    const work bad = [](database& in) -> core::result<int> {
        insert(in, "bad");
        throw std::runtime_error("a bug of its own");
    };
    const auto results = write_together({insertion("a", before), bad, insertion("c", after)});
    BOOST_TEST((results[1].error().code == errc::storage_failed));
    BOOST_TEST(core::describe(results[1].error()).find("a bug of its own") != std::string::npos);
    BOOST_TEST(names() == "a c");
    // What the first was told is what became of it in the end.
    BOOST_TEST(results[0].value() == 2);
    BOOST_TEST(results[2].value() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_breaks_a_rule_of_the_database_fails_alone) {
    int a = 0;
    int again = 0;
    int c = 0;
    const auto results = write_together({insertion("a", a), insertion("a", again), insertion("c", c)});
    BOOST_TEST(results[0].has_value());
    BOOST_TEST((results[1].error().code == errc::conflict));
    BOOST_TEST(results[2].has_value());
    BOOST_TEST(names() == "a c");
}

BOOST_AUTO_TEST_CASE(one_after_whose_failure_sqlite_has_undone_all_fails_alone) {
    int a = 0;
    int c = 0;
    const work bad = [](database& in) {
        insert(in, "bad");
        insert(in, "bad", "insert or rollback into shelf values (?1)");
        return core::result<int>(0);
    };
    const auto results = write_together({insertion("a", a), bad, insertion("c", c)});
    BOOST_TEST(results[0].has_value());
    BOOST_TEST((results[1].error().code == errc::conflict));
    BOOST_TEST(results[2].has_value());
    BOOST_TEST(names() == "a c");
}

BOOST_AUTO_TEST_CASE(one_that_refuses_after_it_has_changed_something_leaves_nothing) {
    int a = 0;
    int c = 0;
    const work changes_and_refuses = [](database& in) {
        insert(in, "bad");
        return refusal();
    };
    const auto results = write_together({insertion("a", a), changes_and_refuses, insertion("c", c)});
    BOOST_TEST(results[0].has_value());
    BOOST_TEST((results[1].error().code == errc::conflict));
    BOOST_TEST(results[2].has_value());
    BOOST_TEST(names() == "a c");

    BOOST_TEST((write_together({changes_and_refuses})[0].error().code == errc::conflict));
    BOOST_TEST(names() == "a c");
}

BOOST_AUTO_TEST_CASE(one_that_refuses_and_has_changed_nothing_costs_nobody_a_second_time) {
    int a = 0;
    int c = 0;
    const auto results = write_together({insertion("a", a), [](database&) { return refusal(); }, insertion("c", c)});
    BOOST_TEST((results[1].error().code == errc::conflict));
    BOOST_TEST(names() == "a c");
    BOOST_TEST(a == 1);
    BOOST_TEST(c == 1);
}

BOOST_AUTO_TEST_CASE(what_is_performed_again_decides_by_what_it_finds_then) {
    int a = 0;
    const work if_there_is_no_a = [](database& in) -> core::result<int> {
        auto query = in.use("select 1 from shelf where name = 'a'");
        if (query.next()) return refusal();
        insert(in, "no-a");
        return 1;
    };
    int attempts = 0;
    const work bad_once = [&attempts](database& in) -> core::result<int> {
        insert(in, "flaky");
        if (++attempts == 1) throw std::runtime_error("only at first");
        return attempts;
    };
    const auto results = write_together({if_there_is_no_a, insertion("a", a), if_there_is_no_a, bad_once});
    BOOST_TEST(results[0].value() == 1);
    BOOST_TEST((results[2].error().code == errc::conflict));
    BOOST_TEST(results[3].value() == 2);
    BOOST_TEST(names() == "a flaky no-a");
}

BOOST_AUTO_TEST_SUITE_END()
