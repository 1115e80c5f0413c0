#include "desk.hpp"
#include "other_writer.hpp"

using namespace familiar;
using test::other_writer;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> check_into(journal::journal& book, std::optional<core::result<void>>& result) {
    result = co_await book.check();
}

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_for_the_journal, test::desk)

BOOST_AUTO_TEST_CASE(a_lock_held_for_too_long_is_busy_for_all_who_waited_and_passes) {
    book = journal::journal::open({.path = path, .busy_timeout = std::chrono::milliseconds(20)}).value();
    {
        other_writer busy(path);
        std::vector<std::optional<core::result<void>>> all(5);
        for (auto& one : all) asio::co_spawn(context, check_into(*book, one), rethrow);
        context.run();
        context.restart();
        for (const auto& one : all) BOOST_TEST((one.value().error().code == core::errc::busy));
    }
    BOOST_TEST(!run(book->record(test::sample_delivery("d-0"), test::sample_job())).value().duplicate);
}

BOOST_AUTO_TEST_CASE(while_a_lock_is_held_for_too_long_only_the_first_waits_for_all_of_it) {
    constexpr std::chrono::seconds limit{2};
    book = journal::journal::open({.path = path, .busy_timeout = limit}).value();
    const auto start = std::chrono::steady_clock::now();
    {
        other_writer busy(path);
        for (int i = 0; i < 10; ++i) BOOST_TEST((run(book->check()).error().code == core::errc::busy));
    }
    BOOST_TEST((std::chrono::steady_clock::now() - start < limit * 5));
    BOOST_TEST(run(book->check()).has_value());

    // Once it got its lock it waits again, so that somebody's moment is not an outage.
    auto busy = std::make_unique<other_writer>(path);
    std::optional<core::result<void>> patient;
    asio::co_spawn(context, check_into(*book, patient), rethrow);
    context.run_for(std::chrono::milliseconds(600));
    BOOST_TEST(!patient.has_value());
    busy->finish();
    context.run();
    BOOST_TEST(patient.value().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
