#pragma once

#include "async/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace familiar::job {

/// Whether the Docker engine can be used, as a background ping and the launches themselves find out. Every launch asks
/// here first: while the gate is closed jobs wait and no attempt is spent. It starts closed. One thread.
class engine_gate {
public:
    explicit engine_gate(const boost::asio::any_io_executor& executor);

    bool open() const noexcept { return open_; }

    /// What the ping found, or a command that the engine did not answer. Each change is logged once, `why` with a
    /// closing.
    void set(bool open, std::string_view why = {});

    /// Called after each change.
    void on_change(std::function<void(bool open)> observer);

    /// Suspends until it is open; at once if it is. Throws operation_aborted when cancelled.
    boost::asio::awaitable<void> wait_until_open();

private:
    bool open_ = false;
    bool known_ = false;
    std::vector<std::function<void(bool)>> observers_;
    async::signal changed_;
};

}  // namespace familiar::job
