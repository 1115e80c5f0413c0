#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "http/client.hpp"
#include "provider/forges.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::provider {

/// Whether an element of a listing is still wanted.
using element_test = std::function<bool(const boost::json::value&)>;

/// What both APIs have in common: JSON over HTTP with limits and pages. One object per forge: it remembers when the
/// forge wants to be asked again, and asks nothing before. Such a limit is that of one account at one server: other
/// credentials, or another URL, are not held up by it.
///
/// Errors say what was asked for, the status, and the forge's own words about it if it has some; never a header of the
/// request.
class rest {
public:
    /// `name`: "github" or "gitlab", for metrics and messages.
    rest(http::client& client, std::string name, api_observer observer);

    struct call {
        std::string what;  ///< for messages: "the permission of mona in acme/widgets"
        std::string method = "GET";
        std::string url;
        http::header_list headers{};
        std::optional<boost::json::value> body{};
        std::string fine_if{};  ///< a 400, 404, 409 or 422 with these words in its body is a success, null; empty: none
        std::string account{};  ///< whose limits it counts against; empty: those of its headers' credentials
    };

    /// The JSON of a success; null for one without a body. An answer that is no success is `http::classify`'s error.
    boost::asio::awaitable<core::result<boost::json::value>> send(call what);

    /// The elements of all pages of a listing, following `Link: <...>; rel="next"` within the same origin (RFC 8288;
    /// both forges), up to `most` elements, and to the first for which `goes_on` says no. errc::invalid for what is no
    /// array, and for a next page at another server.
    boost::asio::awaitable<core::result<std::vector<boost::json::value>>> list(call first, std::size_t most,
                                                                               element_test goes_on = {});

    /// The end of the wait that the forge asked for, if one lasts; what send() fails with then.
    std::optional<core::error> must_wait(const call& about) const;

    /// What the forge's clock says now, by the Date of its last answer; ours before there was one. To the second.
    core::wall_time their_now() const;

private:
    using instant = std::chrono::steady_clock::time_point;

    boost::asio::awaitable<core::result<http::response>> ask(const call& what);
    void tell(const core::result<http::response>& answer) const;
    void look_at_clock(const http::response& answer);
    void heed(const call& what, const http::response& answer, std::optional<std::chrono::milliseconds> asked_for);

    http::client& client_;
    std::string name_;
    api_observer observer_;
    std::map<std::string, instant> not_before_{};  ///< by account_at(); those that have passed go with the next one
    std::chrono::milliseconds clock_ahead_{0};     ///< theirs before ours
};

/// The target of `Link: <...>; rel="next"`; none without one. Pure.
std::optional<std::string> next_page(std::string_view link_header);

/// Percent-encodes everything but unreserved characters (RFC 3986, 2.3): "group%2Fname". Pure.
std::string encoded(std::string_view text);

}  // namespace familiar::provider
