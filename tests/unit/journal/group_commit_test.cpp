#include "desk.hpp"
#include "other_writer.hpp"
#include "support/commits_in_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

using namespace familiar;
using journal::job_state;
using test::commits_in_log;
using test::other_writer;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> record_into(journal::journal& book, std::string id, journal::job_record job,
                                  std::vector<core::result<journal::recorded>>& results, std::size_t place) {
    results[place] = co_await book.record(test::sample_delivery(id), std::move(job));
}

using results = std::vector<core::result<journal::recorded>>;

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_commit, test::desk)

BOOST_AUTO_TEST_CASE(writes_that_wait_together_are_committed_together) {
    constexpr std::size_t count = 100;
    open();
    add("d-before");
    other_writer busy(path);
    results all(count, core::fail(core::errc::invalid, "not asked"));
    const auto commits_before = commits_in_log(path);
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(context, record_into(*book, "d-" + std::to_string(i), test::sample_job(), all, i), rethrow);
    context.poll();
    BOOST_TEST(!all.front());  // nobody is told before it is on disk
    busy.finish();
    context.run();

    for (const auto& one : all) BOOST_TEST(one.has_value());
    // The thread took what had been asked when it first looked, and everything else the second time.
    const auto commits = commits_in_log(path) - commits_before;
    BOOST_TEST(commits >= 1);
    BOOST_TEST(commits <= 2);
    context.restart();
    BOOST_TEST(run(book->unfinished()).value().size() == count + 1);
}

BOOST_AUTO_TEST_CASE(a_bad_write_fails_alone) {
    open();
    const auto taken = test::sample_job();
    add("d-0", taken);
    other_writer busy(path);
    results all(30, core::fail(core::errc::invalid, "not asked"));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto job = i % 3 == 1 ? taken : test::sample_job();
        asio::co_spawn(context, record_into(*book, "e-" + std::to_string(i), job, all, i), rethrow);
    }
    context.poll();
    busy.finish();
    context.run();

    context.restart();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool kept = run(book->find_delivery(std::nullopt, "e-" + std::to_string(i))).value().has_value();
        BOOST_TEST(kept == (i % 3 != 1));
        BOOST_TEST(all[i].has_value() == kept);
        if (!all[i]) BOOST_TEST((all[i].error().code == core::errc::conflict));
    }
}

BOOST_AUTO_TEST_CASE(of_one_delivery_that_comes_twice_at_once_one_is_the_duplicate) {
    open();
    other_writer busy(path);
    results all(2, core::fail(core::errc::invalid, "not asked"));
    for (std::size_t i = 0; i < all.size(); ++i)
        asio::co_spawn(context, record_into(*book, "d-1", test::sample_job(), all, i), rethrow);
    context.poll();
    busy.finish();
    context.run();
    BOOST_TEST(all[0]->duplicate != all[1]->duplicate);
    BOOST_TEST(all[0]->job == all[1]->job);
}

BOOST_AUTO_TEST_CASE(reads_that_wait_with_writes_see_them) {
    open();
    const auto id = add("d-1");
    other_writer busy(path);
    std::optional<job_state> seen;
    const auto read = [](journal::journal& from, std::string job,
                         std::optional<job_state>& out) -> asio::awaitable<void> {
        out = (co_await from.find(job)).value()->state;
    };
    const auto write = [](journal::journal& to, std::string job) -> asio::awaitable<void> {
        const auto done = co_await to.update(job, {.state = job_state::held});
        BOOST_TEST(done.has_value());
    };
    asio::co_spawn(context, write(*book, id), rethrow);
    asio::co_spawn(context, read(*book, id, seen), rethrow);
    context.poll();
    busy.finish();
    context.run();
    BOOST_TEST((seen == job_state::held));
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_while_it_waits_still_gets_its_write) {
    open();
    other_writer busy(path);
    bool recorded = false;
    bool aborted = false;
    const auto caller = [](journal::journal& to, bool& done, bool& stopped) -> asio::awaitable<void> {
        done = (co_await to.record(test::sample_delivery("d-1"), test::sample_job())).has_value();
        try {
            co_await to.check();
        } catch (const boost::system::system_error& thrown) {
            stopped = thrown.code() == asio::error::operation_aborted;
        }
        co_await asio::this_coro::throw_if_cancelled(false);
    };
    asio::cancellation_signal cancellation;
    asio::co_spawn(context, caller(*book, recorded, aborted),
                   asio::bind_cancellation_slot(cancellation.slot(), rethrow));
    context.poll();
    cancellation.emit(asio::cancellation_type::terminal);
    context.poll();
    BOOST_TEST(!recorded);
    busy.finish();
    context.run();
    BOOST_TEST(recorded);
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(closing_commits_what_waits_and_refuses_what_comes_later) {
    open();
    auto busy = std::make_unique<other_writer>(path);
    results all(200, core::fail(core::errc::invalid, "not asked"));
    for (std::size_t i = 0; i < all.size(); ++i)
        asio::co_spawn(context, record_into(*book, "d-" + std::to_string(i), test::sample_job(), all, i), rethrow);
    context.poll();
    busy->finish();
    busy.reset();
    book->close();
    book->close();
    BOOST_TEST(!all.front());
    context.run();
    for (const auto& one : all) BOOST_TEST(one.has_value());

    context.restart();
    BOOST_TEST((run(book->check()).error().code == core::errc::shutting_down));
    BOOST_TEST((run(book->unfinished()).error().code == core::errc::shutting_down));
    open();
    BOOST_TEST(run(book->unfinished()).value().size() == all.size());
}

BOOST_AUTO_TEST_SUITE_END()
