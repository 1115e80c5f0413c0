#pragma once

#include "async/sleep.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <functional>

namespace familiar::test {

/// Longer than any test may take: what waits for it waits for something else.
inline constexpr std::chrono::hours for_ever{1};

/// Runs one coroutine that can be cancelled from outside, step by step.
class driver {
public:
    boost::asio::io_context context{1};

    void start(boost::asio::awaitable<void> coroutine) {
        boost::asio::co_spawn(context, root(std::move(coroutine)),
                              boost::asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr why) {
                                  ended_ = true;
                                  thrown_ = why;
                              }));
    }

    void cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }

    bool ended() const { return ended_; }

    /// The coroutine ended with operation_aborted.
    bool aborted() const {
        if (!ended_ || !thrown_) return false;
        try {
            std::rethrow_exception(thrown_);
        } catch (const boost::system::system_error& failure) {
            return failure.code() == boost::asio::error::operation_aborted;
        } catch (...) {
            return false;
        }
    }

    void run_until(const std::function<bool()>& condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < give_up, "the condition never came to hold");
            context.restart();
            context.run_one_for(std::chrono::milliseconds(100));
        }
    }

    /// Runs everything to its end and hands on what the coroutine threw.
    void finish() {
        context.restart();
        context.run();
        BOOST_REQUIRE(ended_);
        if (thrown_) std::rethrow_exception(thrown_);
    }

    /// The same where the coroutine ends with a cancellation.
    void finish_aborted() {
        context.restart();
        context.run();
        BOOST_TEST(aborted());
    }

private:
    /// A coroutine that is cancelled and never suspends again would otherwise throw out of run() (Boost before 1.85).
    static boost::asio::awaitable<void> root(boost::asio::awaitable<void> coroutine) {
        std::exception_ptr thrown;
        try {
            co_await std::move(coroutine);
        } catch (...) {
            thrown = std::current_exception();
        }
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        if (thrown) std::rethrow_exception(thrown);
    }

    boost::asio::cancellation_signal signal_;
    bool ended_ = false;
    std::exception_ptr thrown_;
};

/// Set while an operation is under way, so that a test sees that none is left behind.
struct presence {
    explicit presence(int& count) : count_(count) { ++count_; }
    ~presence() { --count_; }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    int& count_;
};

/// Sleeps for ever, until it is cancelled.
inline boost::asio::awaitable<void> hang(int& present) {
    const presence here(present);
    co_await async::sleep_for(for_ever);
}

/// Takes `duration`, whoever cancels it.
inline boost::asio::awaitable<int> stubborn(int& present, std::chrono::milliseconds duration) {
    const presence here(present);
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    co_await async::sleep_for(duration);
    co_return 42;
}

}  // namespace familiar::test
