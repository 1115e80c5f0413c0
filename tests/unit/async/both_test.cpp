#include "async/both.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <stdexcept>

using namespace familiar;
using namespace std::chrono_literals;
using async::both;
namespace asio = boost::asio;

namespace {

using answer = core::result<void>;

asio::awaitable<answer> succeed(std::chrono::milliseconds after, int* count = nullptr) {
    if (after > 0ms) co_await async::sleep_for(after);
    if (count) ++*count;
    co_return answer{};
}

asio::awaitable<answer> fail(std::chrono::milliseconds after, std::string why) {
    if (after > 0ms) co_await async::sleep_for(after);
    co_return core::fail(core::errc::busy, why);
}

asio::awaitable<answer> throws(std::chrono::milliseconds after) {
    if (after > 0ms) co_await async::sleep_for(after);
    throw std::runtime_error("a bug");
}

asio::awaitable<answer> hang(int& present) {
    co_await test::hang(present);
    co_return answer{};
}

struct two : test::driver {
    answer run(asio::awaitable<answer> one, asio::awaitable<answer> other) {
        return test::run_coroutine(both(std::move(one), std::move(other)));
    }

    int present = 0;
    int done = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(both_of_two, two)

BOOST_AUTO_TEST_CASE(both_are_awaited_whichever_is_the_first) {
    for (const auto [one, other] : {std::pair(0ms, 0ms), std::pair(0ms, 2ms), std::pair(2ms, 0ms)}) {
        done = 0;
        BOOST_TEST(run(succeed(one, &done), succeed(other, &done)).has_value());
        BOOST_TEST(done == 2);
    }
}

BOOST_AUTO_TEST_CASE(they_run_at_the_same_time) {
    bool second_began = false;
    const auto waits = [](const bool& for_it) -> asio::awaitable<answer> {
        while (!for_it) co_await async::sleep_for(1ms);
        co_return answer{};
    };
    const auto begins = [](bool& it) -> asio::awaitable<answer> {
        it = true;
        co_return answer{};
    };
    BOOST_TEST(run(waits(second_began), begins(second_began)).has_value());
}

BOOST_AUTO_TEST_CASE(a_failure_of_one_is_told_and_the_other_is_cancelled_and_has_ended) {
    for (const auto after : {0ms, 2ms}) {
        const auto first = run(fail(after, "first"), hang(present));
        BOOST_REQUIRE(!first);
        BOOST_TEST(first.error().message == "first");
        BOOST_TEST(present == 0);
        const auto second = run(hang(present), fail(after, "second"));
        BOOST_REQUIRE(!second);
        BOOST_TEST(second.error().message == "second");
        BOOST_TEST(present == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_after_the_other_has_succeeded_is_told) {
    const auto failed = run(succeed(0ms), fail(2ms, "late"));
    BOOST_REQUIRE(!failed);
    BOOST_TEST(failed.error().message == "late");
}

BOOST_AUTO_TEST_CASE(what_one_throws_is_thrown_once_the_other_has_ended) {
    for (const auto after : {0ms, 2ms}) {
        BOOST_CHECK_THROW(run(throws(after), hang(present)), std::runtime_error);
        BOOST_CHECK_THROW(run(hang(present), throws(after)), std::runtime_error);
        BOOST_TEST(present == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_caller_is_aborted_when_both_have_ended) {
    start([](int& here) -> asio::awaitable<void> { (void)co_await both(hang(here), hang(here)); }(present));
    run_until([&] { return present == 2; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_cancelled_caller_is_aborted_also_when_one_had_succeeded) {
    start([](int& here, int& count) -> asio::awaitable<void> { (void)co_await both(succeed(0ms, &count), hang(here)); }(
                                        present, done));
    run_until([&] { return done == 1 && present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_SUITE_END()
