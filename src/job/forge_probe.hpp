#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "event/event.hpp"
#include "job/gates.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <utility>

namespace familiar::job {

/// Tells a forge that is away from a repository that gives trouble: a fetch that failed says nothing about the other
/// repositories, so the forge itself is asked before its gate is closed, and from then on until it answers again.
class forge_probe {
public:
    /// Whether anything answers git at a forge; for an error what said that it does not.
    using question = std::function<boost::asio::awaitable<core::result<void>>(event::provider)>;

    forge_probe(const config::current& settings, gates& all, question ask)
        : settings_(settings), gates_(all), ask_(std::move(ask)) {}

    /// Asks once, unless it is known that nothing answers; closes the gate if nothing does. Its error says why. Throws
    /// operation_aborted when cancelled.
    boost::asio::awaitable<core::result<void>> look(event::provider forge);

    /// While the gate is closed, asks with the backoff of `retry:`, never before the forge said that it may be asked,
    /// and opens it at the first answer. Until it is cancelled.
    boost::asio::awaitable<void> keep_looking(event::provider forge);

private:
    boost::asio::awaitable<void> look_until_open(event::provider forge);

    const config::current& settings_;
    gates& gates_;
    question ask_;
};

}  // namespace familiar::job
