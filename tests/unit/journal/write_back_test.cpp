#include "journal/write_back.hpp"

#include "desk.hpp"
#include "support/wait_until.hpp"
#include "system_calls.hpp"

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

using namespace familiar;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t large = 8 * 1024 * 1024;

struct written_back : test::desk {
    fs::path log = path.string() + "-wal";

    /// A webhook that makes the log long by itself.
    void record_large() {
        auto what = test::sample_delivery(core::make_ulid());
        what.body.assign(large, 'x');
        BOOST_REQUIRE(run(book->record(std::move(what), std::nullopt)).has_value());
    }

    void wait_until(std::function<bool()> condition) { run(test::wait_until(std::move(condition))); }

    /// Writes on until it holds: what became due while a write-back was under way is done after one of the next
    /// commits.
    void write_until(const std::function<bool()>& condition) {
        for (int i = 0; i < 10'000 && !condition(); ++i) BOOST_REQUIRE(run(book->check()).has_value());
        BOOST_TEST(condition());
    }

    /// How often this process has the database's file or what SQLite keeps beside it open.
    std::size_t times_open() const {
        std::size_t count = 0;
        for (const auto& one : fs::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            if (fs::read_symlink(one.path(), gone).string().starts_with(path.string())) ++count;
        }
        return count;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(writing_the_log_back, written_back)

BOOST_AUTO_TEST_CASE(what_is_written_meanwhile_waits_for_none_of_it) {
    open();
    const test::held_writes file(path);
    record_large();
    wait_until([] { return test::held_writes::held(); });
    for (int i = 0; i < 10; ++i) add("d-" + std::to_string(i));
    BOOST_TEST(run(book->unfinished()).value().size() == 10u);
    BOOST_TEST(!test::held_writes::gave_up());
}

BOOST_AUTO_TEST_CASE(the_log_begins_anew_once_all_of_it_is_in_the_file) {
    open();
    constexpr std::size_t rounds = 12;
    for (std::size_t i = 1; i <= rounds; ++i) {
        record_large();
        write_until([&] { return fs::file_size(path) > i * large; });
    }
    BOOST_TEST(fs::file_size(log) < 3 * large);
    BOOST_TEST(times_open() < rounds);  // none of them has left its descriptors behind
}

BOOST_AUTO_TEST_CASE(a_log_that_grows_faster_is_written_back_by_the_writer_at_its_longest) {
    open();
    constexpr std::size_t longest = 2 * large;
    {
        const test::held_writes file(path);
        for (std::size_t size = 0; size < longest; size += large) record_large();
        wait_until([] { return test::held_writes::held(); });
        BOOST_TEST(fs::file_size(path) < large);
        BOOST_TEST(!test::held_writes::gave_up());
    }
    add("d-1");
    BOOST_TEST(fs::file_size(path) > longest);
    const auto size = fs::file_size(log);
    record_large();
    BOOST_TEST(fs::file_size(log) == size);
}

BOOST_AUTO_TEST_CASE(closing_waits_for_it_and_nothing_holds_the_file_then) {
    open();
    {
        const test::held_writes file(path);
        record_large();
        wait_until([] { return test::held_writes::held(); });
    }
    book->close();
    BOOST_TEST(times_open() == 1u);  // the server's lock, which goes with the journal
    book.reset();
    BOOST_TEST(times_open() == 0u);
    BOOST_TEST(!fs::exists(log));
}

BOOST_AUTO_TEST_CASE(what_one_could_not_write_the_next_one_does) {
    open();
    {
        const test::failing_writes_into file(path, ENOSPC);
        record_large();
        wait_until([] { return test::failing_writes_into::failed(); });
        add("d-1");
        BOOST_TEST(fs::file_size(path) < large);
    }
    record_large();
    write_until([&] { return fs::file_size(path) > 2 * large; });
    BOOST_TEST(run(book->unfinished()).value().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
