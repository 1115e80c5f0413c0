#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "event/event.hpp"
#include "http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace familiar::provider {

/// What a comment asks for, as a language model read it. Whether the asker may is another question.
struct understood {
    event::actions wanted;
    std::string instructions;  ///< the rest of what it asks for, in its words; may be empty
};

/// Has comments read by the model of `intent.api`, by the configuration in force. What it refers to outlives it, and
/// it outlives every call.
class intent_reader {
public:
    intent_reader(const config::current& settings, http::client& client) : settings_(settings), client_(client) {}

    /// A comment longer than this is not sent.
    static constexpr std::size_t longest_comment = std::size_t{8} << 10;

    /// What a comment that speaks to the bot asks for; within `intent.api.timeout`, retries included.
    ///
    /// After a failure the model is not asked again before the time has passed that it told, or `retry.max_backoff`:
    /// errc::unavailable at once then, with retry_after, unless the configuration was replaced meanwhile. An answer
    /// that does not fit is no such failure: errc::invalid, as is what was cut off; a comment that is too long neither:
    /// errc::too_large. Other errors: provider::ask(). Throws operation_aborted when cancelled.
    boost::asio::awaitable<core::result<understood>> read(std::string comment);

private:
    core::result<void> may_ask() const;
    void remember(const core::error& failure, std::shared_ptr<const config::settings> with);

    const config::current& settings_;
    http::client& client_;
    std::chrono::steady_clock::time_point closed_until_{};
    std::shared_ptr<const config::settings> failed_with_{};  ///< null while nothing has failed
};

}  // namespace familiar::provider
