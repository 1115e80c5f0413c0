#include "http/classify.hpp"

#include "core/http_answer.hpp"
#include "core/os_error.hpp"

#include <boost/algorithm/string/find.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

namespace familiar::http {

namespace {

using core::errc;

core::wait_headers headers_of(const response& answer) {
    core::wait_headers told;
    for (const auto& [name, value] : answer.headers) told.note(name, value);
    return told;
}

/// GitHub: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
bool is_secondary_limit(const response& answer) {
    return answer.status == 403 && !boost::algorithm::ifind_first(answer.body, "secondary rate limit").empty();
}

std::string status_line(unsigned status) {
    const auto known = beast_http::int_to_status(status);
    auto text = std::to_string(status);
    if (known != beast_http::status::unknown) text.append(" ").append(beast_http::obsolete_reason(known));
    return text;
}

/// Nobody trusts the other side's certificate, or the two have no protocol in common: the same the next time.
bool is_distrust(const boost::system::error_code& failed) {
    if (failed == asio::ssl::error::stream_truncated) return false;
    return failed.category() == asio::error::get_ssl_category();
}

errc meaning_of(const boost::system::error_code& failed) {
    const bool from_system =
        failed.category() == boost::system::system_category() || failed.category() == boost::system::generic_category();
    if (from_system) {
        const auto meaning = core::os_errc(failed.value(), errc::unavailable);
        return core::is_transient(meaning) ? meaning : errc::unavailable;
    }
    if (failed == beast_http::error::body_limit) return errc::too_large;
    if (is_distrust(failed)) return errc::refused;
    // Names that do not resolve (netdb, addrinfo), an end too early (misc, beast, stream), and what is garbled: a proxy
    // in trouble says such things.
    return errc::unavailable;
}

}  // namespace

core::error classify(std::string_view what, const response& answer, core::wall_time now) {
    auto told = headers_of(answer);
    auto meaning = core::http_errc(answer.status, told);
    auto wait = core::wait_told(answer.status, told, now);
    if (is_secondary_limit(answer) && meaning != errc::unavailable) {
        meaning = errc::unavailable;
        wait = core::wait_without_hint;
    }
    std::string message = std::string(what) + ": the server answers " + status_line(answer.status);
    if (wait) message += "; try again in " + core::to_text(*wait);
    auto failure = core::fail(meaning, std::move(message));
    failure.retry_after = wait;
    return failure;
}

core::error classify(std::string_view what, const boost::system::error_code& failed) {
    return core::fail(meaning_of(failed), std::string(what) + ": " + failed.message());
}

}  // namespace familiar::http
