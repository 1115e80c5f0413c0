#pragma once

#include "job/dispatcher.hpp"
#include "observe/health.hpp"

#include <optional>
#include <string>
#include <vector>

namespace familiar::app {

/// What the server knows of itself, gathered where it is learnt and read by the health routes.
struct status {
    const job::gates& gates;
    std::vector<event::provider> forges{};  ///< those that are served
    bool low_disk = false;                  ///< where deliveries are written down
    bool draining = false;
    std::optional<std::string> storage_failure{};  ///< set by a write that failed, cleared by one that succeeds again
};

/// The snapshot that /health, /readyz and the webhook routes decide on.
observe::health_snapshot snapshot(const status& now, const job::dispatcher& jobs, std::size_t queue_size);

}  // namespace familiar::app
