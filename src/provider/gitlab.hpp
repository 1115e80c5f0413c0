#pragma once

#include "config/current.hpp"
#include "http/client.hpp"
#include "provider/forge.hpp"
#include "provider/forges.hpp"

#include <memory>

namespace familiar::provider {

/// GitLab, gitlab.com or self-managed, by a personal, group or project access token (GitLab docs: "REST API", v4).
std::unique_ptr<forge> make_gitlab(const config::current& settings, http::client& client, api_observer observer);

}  // namespace familiar::provider
