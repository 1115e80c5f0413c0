#pragma once

#include "async/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>

namespace familiar::app {

/// Makes the signals of a termination wait: for this thread, and those that it starts from now on, until a termination
/// is made on it. Called before any thread is started, so that a signal in the first or the last moment of the process
/// never meets one that would die of it.
void hold_signals();

/// Counts the signals that ask the process to end. The third one ends it at once, with exit code 1: containers stay for
/// the next start. SIGHUP is logged and ignored.
class termination {
public:
    explicit termination(boost::asio::any_io_executor executor);
    ~termination();  ///< signals that come later wait for ever
    termination(const termination&) = delete;
    termination& operator=(const termination&) = delete;

    /// Receives signals until it is cancelled; for a task group.
    boost::asio::awaitable<void> run();

    /// Suspends until that many have come.
    boost::asio::awaitable<void> requested(int times);

private:
    boost::asio::signal_set signals_;
    async::signal counted_;
    int count_ = 0;
};

}  // namespace familiar::app
