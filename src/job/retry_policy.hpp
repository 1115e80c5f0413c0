#pragma once

#include "async/retry.hpp"
#include "config/settings.hpp"

namespace familiar::job {

/// `retry:` of the configuration as the toolkit wants it.
inline async::retry_policy policy_of(const config::retry_settings& retry) {
    return {retry.max_retries, retry.initial_backoff, retry.max_backoff};
}

}  // namespace familiar::job
