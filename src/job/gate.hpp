#pragma once

#include "async/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace familiar::job {

/// Whether something that jobs depend on can be used: the Docker engine, a forge, room on the disk. While a gate is
/// closed, the jobs that need it wait and no attempt is spent. It is closed by failures and opened by a probe. One
/// thread.
class gate {
public:
    /// What is logged at each change; `name` is also what metrics and /health call it.
    struct texts {
        std::string_view name;
        std::string_view opened;
        std::string_view closed;
    };

    enum class start {
        open,    ///< usable until the contrary is found out
        unknown  ///< closed until it is found out; the first finding is logged, whatever it is
    };

    gate(const boost::asio::any_io_executor& executor, texts words, start how);

    bool open() const noexcept { return open_; }
    std::string_view name() const noexcept { return words_.name; }

    /// What a probe found, or an operation that failed for want of it. Each change is logged once, `why` with a
    /// closing.
    void set(bool open, std::string_view why = {});

    /// Called after each change.
    void on_change(std::function<void(bool open)> observer);

    /// Suspends until it is open, or closed; at once if it is. Throws operation_aborted when cancelled.
    boost::asio::awaitable<void> wait_until_open();
    boost::asio::awaitable<void> wait_until_closed();

private:
    texts words_;
    bool open_;
    bool known_;
    std::vector<std::function<void(bool)>> observers_;
    async::signal changed_;
};

}  // namespace familiar::job
