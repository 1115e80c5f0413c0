#include "desk.hpp"
#include "system_calls.hpp"

#include <SQLiteCpp/Database.h>

#include <csignal>
#include <sys/resource.h>

using namespace familiar;
using core::errc;
using journal::job_state;

namespace {

constexpr std::size_t kibibyte = 1024;

/// The kernel's own refusal: files of this process may not grow beyond a size.
class small_files {
public:
    explicit small_files(rlim_t bytes) {
        BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit now{bytes, before_.rlim_max};
        BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
    }
    ~small_files() {
        BOOST_CHECK(::setrlimit(RLIMIT_FSIZE, &before_) == 0);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

journal::delivery large_delivery(const std::string& id, std::size_t size) {
    auto made = test::sample_delivery(id);
    made.body.assign(size, 'x');
    return made;
}

boost::asio::awaitable<void> record_into(journal::journal& book, journal::delivery what, core::result<void>& result) {
    const auto done = co_await book.record(std::move(what), std::nullopt);
    result = done ? core::result<void>() : core::result<void>(done.error());
}

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(disk, test::desk)

BOOST_AUTO_TEST_CASE(a_full_disk_is_named_and_the_journal_heals_with_it) {
    open();
    const auto id = add("d-1");
    test::failing_writes disk;
    disk.error = ENOSPC;
    const auto refused = run(book->record(test::sample_delivery("d-2"), test::sample_job()));
    BOOST_TEST((refused.error().code == errc::storage_full));
    BOOST_TEST(core::describe(refused.error()).find(path.string()) != std::string::npos);
    BOOST_TEST(core::describe(refused.error()).find("make room") != std::string::npos);
    BOOST_TEST((run(book->check()).error().code == errc::storage_full));
    BOOST_TEST((run(book->update(id, {.state = job_state::held})).error().code == errc::storage_full));
    BOOST_TEST((find(id).state == job_state::received));  // reading goes on

    disk.error = 0;
    BOOST_TEST(run(book->check()).has_value());
    BOOST_TEST(!run(book->record(test::sample_delivery("d-2"), test::sample_job())).value().duplicate);
    move(id, job_state::held);
    BOOST_TEST(run(book->unfinished()).value().size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_input_output_error_is_named_and_passes) {
    open();
    add("d-1");
    test::failing_writes disk;
    disk.error = EIO;
    for (int i = 0; i < 3; ++i) {
        const auto refused = run(book->record(test::sample_delivery("d-2"), test::sample_job()));
        BOOST_TEST((refused.error().code == errc::storage_failed));
        BOOST_TEST(core::describe(refused.error()).find("disk I/O error") != std::string::npos);
    }
    disk.error = 0;
    BOOST_TEST(!run(book->record(test::sample_delivery("d-2"), test::sample_job())).value().duplicate);
    BOOST_TEST(run(book->unfinished()).value().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_limit_that_the_kernel_sets_is_a_full_disk_and_passes) {
    open();
    add("d-1");
    {
        const small_files limit(200 * kibibyte);
        const auto refused = run(book->record(large_delivery("large", 1024 * kibibyte), test::sample_job()));
        BOOST_TEST((refused.error().code == errc::storage_full), core::describe(refused.error()));
        BOOST_TEST(run(book->record(test::sample_delivery("small"), test::sample_job())).has_value());
    }
    BOOST_TEST(run(book->record(large_delivery("large", 1024 * kibibyte), test::sample_job())).has_value());
    BOOST_TEST(run(book->unfinished()).value().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_write_that_does_not_fit_does_not_fail_its_neighbours) {
    open();
    SQLite::Database other(path.string(), SQLite::OPEN_READWRITE);
    other.exec("begin immediate");
    std::vector<core::result<void>> results(9, core::fail(errc::invalid, "not asked"));
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto what = i == 4 ? large_delivery("large", 1024 * kibibyte) : test::sample_delivery("d-" + std::to_string(i));
        boost::asio::co_spawn(context, record_into(*book, std::move(what), results[i]), rethrow);
    }
    context.poll();
    {
        const small_files limit(400 * kibibyte);
        other.exec("rollback");
        context.run();
    }
    context.restart();
    for (std::size_t i = 0; i < results.size(); ++i) BOOST_TEST(results[i].has_value() == (i != 4));
    BOOST_TEST((results[4].error().code == errc::storage_full));
    BOOST_TEST(!run(book->find_delivery(std::nullopt, "large")).value().has_value());
    BOOST_TEST(run(book->find_delivery(std::nullopt, "d-8")).value().has_value());
}

BOOST_AUTO_TEST_CASE(no_write_needs_a_file_that_a_kill_would_leave_behind) {
    open();
    for (int i = 0; i < 200; ++i) {
        auto job = test::sample_job();
        job.created_at -= std::chrono::hours(2);
        auto what = large_delivery("d-" + std::to_string(i), 4 * kibibyte);
        what.received = job.created_at;
        const auto id = job.id;
        BOOST_REQUIRE(run(book->record(what, std::move(job))).has_value());
        BOOST_REQUIRE(run(book->update(id, {.state = job_state::failed, .finished_at = what.received})).has_value());
    }
    const test::opened_files files;
    open();
    // This changes hundreds of pages, whose old content has to be kept.
    BOOST_TEST(run(book->prune(core::now() - std::chrono::hours(1), 1000)).value() == 400u);
    book->close();
    BOOST_TEST(!files.names().empty());
    for (const auto& name : files.names())
        BOOST_TEST((name.starts_with(folder.path().string()) || name == "/dev/urandom"), name);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_under_the_server_is_noticed_before_anything_is_promised) {
    open();
    add("d-1");
    const auto hidden = folder / "hidden.db";
    std::filesystem::rename(path, hidden);
    for (int i = 0; i < 2; ++i) {
        const auto refused = run(book->record(test::sample_delivery("d-2"), test::sample_job()));
        BOOST_TEST((refused.error().code == errc::storage_failed), core::describe(refused.error()));
    }
    BOOST_TEST(!std::filesystem::exists(path));
    std::filesystem::rename(hidden, path);
    BOOST_TEST(run(book->record(test::sample_delivery("d-2"), test::sample_job())).has_value());
    BOOST_TEST(run(book->unfinished()).value().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
