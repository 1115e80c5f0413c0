#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "provider/forge.hpp"
#include "provider/github_api.hpp"

#include <boost/asio/awaitable.hpp>

#include <set>
#include <string>
#include <vector>

namespace familiar::provider {

/// The webhooks that GitHub could not deliver: forge::missed_deliveries(). Each costs a request, since listings have no
/// payloads: of one hook the newest 1000 are had, with a warning if there are more. One that GitHub has forgotten
/// meanwhile is left out, and so are repositories whose hooks the token may not see (said once for each).
class github_deliveries {
public:
    /// `api` outlives it.
    explicit github_deliveries(github_api& api) : api_(api) {}

    boost::asio::awaitable<core::result<std::vector<missed_delivery>>> missed(std::string hook_path,
                                                                              std::vector<std::string> paths,
                                                                              core::wall_time since);

private:
    boost::asio::awaitable<core::result<std::vector<missed_delivery>>> missed_at(std::string path, std::string hook,
                                                                                 core::wall_time since);
    boost::asio::awaitable<core::result<std::vector<std::string>>> hooks_of(std::string path, std::string hook_path);
    boost::asio::awaitable<bool> is_known();

    github_api& api_;
    std::set<std::string> said_of_{};
};

}  // namespace familiar::provider
