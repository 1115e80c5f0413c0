#include "async/retry.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

using namespace familiar;
using namespace std::chrono_literals;
using async::retry;
using async::retry_policy;
using core::errc;
using std::chrono::milliseconds;
namespace asio = boost::asio;

namespace {

/// A clock that only notes how long it was asked to wait, and a die that always falls the same way.
struct injected {
    std::vector<milliseconds> waits;
    double die = 0.5;
    int attempts = 0;

    async::retry_environment environment() {
        return {[this](milliseconds duration) -> asio::awaitable<void> {
                    waits.push_back(duration);
                    co_return;
                },
                [this] { return die; }};
    }

    /// Fails with each of `failures` in turn, then succeeds with the number of the attempt.
    auto failing(std::vector<core::error> failures) {
        return [this, failures = std::move(failures)]() -> asio::awaitable<core::result<int>> {
            const auto at = static_cast<std::size_t>(attempts++);
            if (at < failures.size()) co_return failures[at];
            co_return attempts;
        };
    }
};

core::error transient() {
    return core::fail(errc::unavailable, "busy");
}

core::error with_wait(milliseconds asked_for) {
    auto failure = transient();
    failure.retry_after = asked_for;
    return failure;
}

const retry_policy policy{.max_retries = 3, .initial_backoff = 1s, .max_backoff = 30s};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retrying, injected)

BOOST_AUTO_TEST_CASE(what_succeeds_is_tried_once) {
    BOOST_TEST(test::run_coroutine(retry(policy, failing({}), {}, environment())).value() == 1);
    BOOST_TEST(waits.empty());
}

BOOST_AUTO_TEST_CASE(what_is_transient_is_tried_again_until_it_succeeds) {
    BOOST_TEST(test::run_coroutine(retry(policy, failing({transient(), transient()}), {}, environment())).value() == 3);
    BOOST_TEST(waits == (std::vector<milliseconds>{500ms, 1s}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_transient_code_is_tried_again) {
    for (const auto code : {errc::timed_out, errc::unavailable, errc::engine_unreachable, errc::busy}) {
        attempts = 0;
        const auto ended = test::run_coroutine(retry(policy, failing({core::fail(code, "")}), {}, environment()));
        BOOST_TEST(ended.has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_last_failure_is_returned_when_the_retries_are_used_up) {
    auto last = core::fail(errc::timed_out, "the last one");
    const auto ended = test::run_coroutine(
        retry(policy, failing({transient(), transient(), transient(), last, transient()}), {}, environment()));
    BOOST_TEST((ended.error().code == errc::timed_out));
    BOOST_TEST(ended.error().message == "the last one");
    BOOST_TEST(attempts == 4);
    BOOST_TEST(waits.size() == 3);
}

BOOST_AUTO_TEST_CASE(no_retries_means_one_attempt) {
    const auto ended =
        test::run_coroutine(retry({.max_retries = 0}, failing({transient(), transient()}), {}, environment()));
    BOOST_TEST((ended.error().code == errc::unavailable));
    BOOST_TEST(attempts == 1);
    BOOST_TEST(waits.empty());
}

BOOST_AUTO_TEST_CASE(what_is_permanent_is_not_tried_again) {
    for (const auto code : {errc::authentication_failed, errc::not_found, errc::invalid, errc::conflict,
                            errc::too_large, errc::image_missing, errc::shutting_down}) {
        attempts = 0;
        const auto ended = test::run_coroutine(retry(policy, failing({core::fail(code, "no")}), {}, environment()));
        BOOST_TEST((ended.error().code == code));
        BOOST_TEST(attempts == 1);
    }
    BOOST_TEST(waits.empty());
}

BOOST_AUTO_TEST_CASE(a_permanent_failure_ends_the_retries) {
    const auto ended = test::run_coroutine(
        retry(policy, failing({transient(), core::fail(errc::not_found, "gone")}), {}, environment()));
    BOOST_TEST((ended.error().code == errc::not_found));
    BOOST_TEST(attempts == 2);
}

BOOST_AUTO_TEST_CASE(a_foreign_error_code_is_permanent) {
    const core::error foreign{boost::system::errc::make_error_code(boost::system::errc::timed_out), "theirs"};
    BOOST_TEST(test::run_coroutine(retry(policy, failing({foreign}), {}, environment())).has_error());
    BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_is_not_tried_again) {
    const auto throwing = [this]() -> asio::awaitable<core::result<int>> {
        ++attempts;
        throw std::logic_error("a bug");
        co_return 1;
    };
    BOOST_CHECK_THROW(test::run_coroutine(retry(policy, throwing, {}, environment())), std::logic_error);
    BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(the_wait_that_the_other_side_asked_for_is_not_undercut) {
    const auto ended =
        test::run_coroutine(retry(policy, failing({with_wait(30s), transient(), with_wait(0ms)}), {}, environment()));
    BOOST_TEST(ended.has_value());
    BOOST_TEST(waits == (std::vector<milliseconds>{30s + 500ms, 1s, 2s}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_wait_beyond_the_longest_backoff_ends_the_retries_with_its_hint) {
    const auto ended =
        test::run_coroutine(retry(policy, failing({transient(), with_wait(30001ms)}), {}, environment()));
    BOOST_REQUIRE(ended.has_error());
    BOOST_TEST((ended.error().code == errc::unavailable));
    BOOST_TEST((ended.error().retry_after == 30001ms));
    BOOST_TEST(attempts == 2);
    BOOST_TEST(waits == (std::vector<milliseconds>{500ms}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_patience_of_its_own_takes_the_place_of_the_longest_backoff) {
    auto patient = policy;
    patient.patience = 60s;
    BOOST_TEST(test::run_coroutine(retry(patient, failing({with_wait(60s)}), {}, environment())).has_value());
    BOOST_TEST(waits == (std::vector<milliseconds>{60s + 500ms}), boost::test_tools::per_element());

    attempts = 0;
    auto hasty = policy;
    hasty.patience = 0ms;
    BOOST_TEST(test::run_coroutine(retry(hasty, failing({with_wait(1ms)}), {}, environment())).has_error());
    BOOST_TEST(attempts == 1);
    attempts = 0;
    BOOST_TEST(
        test::run_coroutine(retry(hasty, failing({with_wait(0ms), transient()}), {}, environment())).has_value());
}

BOOST_AUTO_TEST_CASE(the_observer_hears_of_no_retry_that_is_not_made) {
    int heard = 0;
    const auto observer = [&](const core::error&, std::size_t, milliseconds) { ++heard; };
    BOOST_TEST(test::run_coroutine(retry(policy, failing({with_wait(1h)}), observer, environment())).has_error());
    BOOST_TEST(heard == 0);
}

BOOST_AUTO_TEST_CASE(the_observer_hears_of_each_retry_before_its_wait) {
    std::vector<std::size_t> numbers;
    const auto observer = [&](const core::error& failure, std::size_t number, milliseconds wait) {
        BOOST_TEST((failure.code == errc::unavailable));
        BOOST_TEST(waits.size() + 1 == number);
        BOOST_TEST((wait == (number == 1 ? 500ms : 1000ms)));
        numbers.push_back(number);
    };
    BOOST_TEST(
        test::run_coroutine(retry(policy, failing({transient(), transient()}), observer, environment())).has_value());
    BOOST_TEST(numbers == (std::vector<std::size_t>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_value_that_can_only_be_moved_and_no_value_at_all_arrive) {
    const auto unique = [this]() -> asio::awaitable<core::result<std::unique_ptr<int>>> {
        if (attempts++ == 0) co_return transient();
        co_return std::make_unique<int>(7);
    };
    auto pointer = test::run_coroutine(retry(policy, unique, {}, environment()));
    BOOST_TEST(**pointer == 7);

    attempts = 0;
    const auto none = [this]() -> asio::awaitable<core::result<void>> {
        if (attempts++ == 0) co_return transient();
        co_return core::result<void>();
    };
    BOOST_TEST(test::run_coroutine(retry(policy, none, {}, environment())).has_value());
}

BOOST_AUTO_TEST_CASE(each_attempt_is_a_fresh_awaitable) {
    std::vector<int> numbers;
    const auto numbered = [&]() -> asio::awaitable<core::result<int>> {
        numbers.push_back(++attempts);
        co_await async::sleep_for(0ms);
        if (attempts < 3) co_return transient();
        co_return attempts;
    };
    BOOST_TEST(test::run_coroutine(retry(policy, numbered, {}, environment())).value() == 3);
    BOOST_TEST(numbers == (std::vector<int>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cancellation_in_the_middle_of_a_backoff_ends_it_at_once) {
    test::driver driven;
    driven.start([](auto make) -> asio::awaitable<void> {
        const retry_policy patient{.max_retries = 3, .initial_backoff = test::for_ever, .max_backoff = test::for_ever};
        co_await retry(patient, make, {}, {async::real_environment().sleep, [] { return 0.9; }});
    }(failing({transient(), transient()})));
    driven.run_until([&] { return attempts == 1; });
    driven.cancel();
    driven.finish_aborted();
    BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(a_cancellation_in_the_middle_of_an_attempt_is_not_tried_again) {
    test::driver driven;
    int present = 0;
    driven.start([](int& here, int& count, async::retry_environment world) -> asio::awaitable<void> {
        co_await retry(
            policy,
            [&]() -> asio::awaitable<core::result<int>> {
                ++count;
                co_await test::hang(here);
                co_return 1;
            },
            {}, std::move(world));
    }(present, attempts, environment()));
    driven.run_until([&] { return present == 1; });
    driven.cancel();
    driven.finish_aborted();
    BOOST_TEST(attempts == 1);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(the_real_environment_waits_and_rolls) {
    const auto& real = async::real_environment();
    for (int roll = 0; roll < 1000; ++roll) {
        const auto value = real.random();
        BOOST_REQUIRE(value >= 0.0);
        BOOST_REQUIRE(value < 1.0);
    }
    const auto before = std::chrono::steady_clock::now();
    test::run_coroutine(real.sleep(5ms));
    BOOST_TEST((std::chrono::steady_clock::now() - before >= 5ms));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(backing_off)

namespace {

struct row {
    std::size_t retry;
    double random;
    milliseconds asked_for;
    milliseconds wait;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << "retry " << value.retry << " at " << value.random;
}

const std::vector<row> rows{
    {0, 0.0, 0ms, 0ms},    {0, 0.5, 0ms, 500ms}, {0, 0.999, 0ms, 999ms}, {1, 0.5, 0ms, 1s},
    {2, 0.5, 0ms, 2s},     {4, 0.5, 0ms, 8s},    {5, 0.5, 0ms, 15s},     {6, 0.5, 0ms, 15s},
    {1000, 0.5, 0ms, 15s}, {0, 0.0, 10s, 10s},   {0, 0.5, 10s, 10500ms}, {9, 0.5, 100s, 115s},
};

}  // namespace

BOOST_DATA_TEST_CASE(the_wait_doubles_up_to_its_bound_with_full_jitter, boost::unit_test::data::make(rows)) {
    BOOST_TEST((async::backoff(policy, sample.retry, sample.random, sample.asked_for) == sample.wait));
}

BOOST_AUTO_TEST_CASE(a_bound_below_the_first_wait_holds) {
    const retry_policy odd{.max_retries = 3, .initial_backoff = 10s, .max_backoff = 2s};
    BOOST_TEST((async::backoff(odd, 0, 0.5) == 1s));
    BOOST_TEST((async::backoff(odd, 5, 0.5) == 1s));
}

BOOST_AUTO_TEST_CASE(no_backoff_is_no_wait) {
    const retry_policy none{.max_retries = 3, .initial_backoff = 0ms, .max_backoff = 30s};
    BOOST_TEST((async::backoff(none, 1000, 0.9) == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()
