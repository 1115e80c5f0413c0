#include "http/client_idle.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace familiar::http {

std::unique_ptr<link> idle_links::take(const std::string& origin) {
    std::unique_ptr<link> found;
    for (auto at = kept_.end(); !found && at != kept_.begin();) {
        --at;
        if (at->origin != origin) continue;
        if (at->until > clock::now() && at->line->is_quiet()) found = std::move(at->line);
        at = kept_.erase(at);
    }
    if (kept_.empty()) next_end_.cancel();
    return found;
}

void idle_links::put(const std::string& origin, std::unique_ptr<link> line) {
    if (closed_ || per_origin_ == 0) return;
    kept_.push_back({origin, std::move(line), clock::now() + keep_for_});
    const auto is_there = [&](const kept& one) { return one.origin == origin; };
    if (static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), is_there)) > per_origin_)
        kept_.erase(std::find_if(kept_.begin(), kept_.end(), is_there));
    expect_end();
}

void idle_links::clear() {
    kept_.clear();
    next_end_.cancel();
}

void idle_links::close() {
    closed_ = true;
    clear();
}

void idle_links::expect_end() {
    next_end_.expires_at(kept_.front().until);
    next_end_.async_wait([this, here = std::weak_ptr(here_)](const boost::system::error_code& cancelled) {
        if (cancelled || here.expired()) return;
        const auto now = clock::now();
        std::erase_if(kept_, [now](const kept& one) { return one.until <= now; });
        if (!kept_.empty()) expect_end();
    });
}

}  // namespace familiar::http
