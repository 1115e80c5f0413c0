#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "event/fields.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What GitHub's hooks remember of their deliveries (GitHub docs: "Viewing webhook deliveries"): three days of them.
/// Pure.
namespace familiar::provider {

/// One attempt to deliver a webhook. A redelivery is another one, under the same guid.
struct delivery_attempt {
    std::int64_t id = 0;
    std::string guid;   ///< X-GitHub-Delivery
    std::string event;  ///< X-GitHub-Event
    core::wall_time at{};
    bool accepted = false;  ///< answered 2xx
};

delivery_attempt read_attempt(const event::fields& in);

/// The time that an element of a listing has in this field; none if it has none.
std::optional<core::wall_time> time_in(const boost::json::value& listed, std::string_view name);

/// Of each webhook that no attempt brought across the first attempt, the oldest first.
std::vector<delivery_attempt> not_accepted(std::vector<delivery_attempt> attempts);

/// The payload of a delivery's details. errc::invalid for an answer without one.
core::result<std::string> payload_of(const std::string& what, const boost::json::value& details);

/// Whether a repository's hook is the one that leads to this server.
bool leads_here(const boost::json::value& hook, const std::string& hook_path);

}  // namespace familiar::provider
