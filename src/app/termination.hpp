#pragma once

#include "app/signal_mask.hpp"
#include "async/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>

namespace familiar::app {

/// Counts the signals that ask the process to end. The third one ends it at once, with exit code 1: containers stay for
/// the next start.
class termination {
public:
    explicit termination(boost::asio::any_io_executor executor);

    /// Receives signals until it is cancelled; for a task group.
    boost::asio::awaitable<void> run();

    /// Suspends until that many have come.
    boost::asio::awaitable<void> requested(int times);

private:
    boost::asio::signal_set signals_;
    signals_let_through open_;
    async::signal counted_;
    int count_ = 0;
};

}  // namespace familiar::app
