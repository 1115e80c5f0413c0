#include "provider/forges.hpp"

#include "provider/github.hpp"
#include "provider/gitlab.hpp"

#include <utility>

namespace familiar::provider {

forges::forges(const config::current& settings, http::client& client, api_observer observer)
    : settings_(settings),
      github_(make_github(settings, client, observer)),
      gitlab_(make_gitlab(settings, client, std::move(observer))) {}

forges::~forges() = default;

forge* forges::of(event::provider which) {
    if (!config::has_api(settings_->providers, which)) return nullptr;
    return which == event::provider::github ? github_.get() : gitlab_.get();
}

}  // namespace familiar::provider
