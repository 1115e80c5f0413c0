#pragma once

#include "http/client_link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

namespace familiar::http {

/// Connections that wait for another request.
class idle_links {
public:
    idle_links(const boost::asio::any_io_executor& executor, std::size_t per_origin, std::chrono::milliseconds keep_for)
        : per_origin_(per_origin), keep_for_(keep_for), next_end_(executor) {}

    /// The one that waits there since last, if the other side has not closed it; none otherwise.
    std::unique_ptr<link> take(const std::string& origin);

    /// Keeps it for a while, and for that while the loop running; at the most `per_origin` of them, the newest.
    void put(const std::string& origin, std::unique_ptr<link> line);

    /// Closes all.
    void clear();

    /// The same for all that are put here afterwards, too.
    void close();

private:
    using clock = std::chrono::steady_clock;
    struct kept {
        std::string origin;
        std::unique_ptr<link> line;
        clock::time_point until;
    };

    void expect_end();

    std::size_t per_origin_;
    std::chrono::milliseconds keep_for_;
    boost::asio::steady_timer next_end_;
    std::list<kept> kept_{};  ///< in the order of their ends
    bool closed_ = false;
    std::shared_ptr<bool> here_ = std::make_shared<bool>(true);  ///< for a timer that has expired when this goes
};

}  // namespace familiar::http
