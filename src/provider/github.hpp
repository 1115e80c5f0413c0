#pragma once

#include "config/current.hpp"
#include "http/client.hpp"
#include "provider/forge.hpp"
#include "provider/forges.hpp"

#include <memory>

namespace familiar::provider {

/// GitHub, github.com or an Enterprise server, by a personal access token or as an App (GitHub docs: "REST API",
/// version 2022-11-28). An App's installation tokens are fetched when they are needed, kept, and renewed before they
/// end.
std::unique_ptr<forge> make_github(const config::current& settings, http::client& client, api_observer observer);

}  // namespace familiar::provider
