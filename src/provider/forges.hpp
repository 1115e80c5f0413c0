#pragma once

#include "config/current.hpp"
#include "http/client.hpp"
#include "provider/forge.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace familiar::provider {

/// Told what the APIs answer, for metrics.
struct api_observer {
    /// A request was answered, or not: `code` is the status ("200"), or "timed_out", "unreachable".
    std::function<void(std::string_view provider, std::string_view code)> requested;
    /// How many requests are left of the limit that the answer speaks of.
    std::function<void(std::string_view provider, double remaining)> remaining;
};

/// Both forges by the configuration in force: after a reload new credentials and URLs hold from the next call on. What
/// it refers to outlives it, and it outlives every call.
class forges {
public:
    forges(const config::current& settings, http::client& client, api_observer observer);
    ~forges();

    /// The forge's API, null if there is none to ask: no credentials, or no API URL (config::has_api).
    forge* of(event::provider which);

private:
    const config::current& settings_;
    std::unique_ptr<forge> github_;
    std::unique_ptr<forge> gitlab_;
};

}  // namespace familiar::provider
