#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "http/message.hpp"

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

/// What an HTTP server means by its answer, and a connection by its end. The one place that knows; what statuses and
/// headers mean is core/http_answer.hpp, since git hears them too. Pure.
namespace familiar::http {

/// The error for an answer that is no success (not 2xx), with retry_after where the answer says when to ask again.
/// "<what>: the server answers 503 Service Unavailable", and when to try again where that is known. A 403 whose body
/// speaks of a secondary rate limit is a limit too: GitHub sends some of them without a header.
core::error classify(std::string_view what, const response& answer, core::wall_time now);

/// The error for a connection that failed: "<what>: Connection refused". timed_out where the system gave up waiting;
/// not_found never, since a name that does not resolve now may later; refused for a certificate that is not trusted;
/// too_large for a body beyond the reader's limit; unavailable for everything else, among it refused, reset, an end in
/// the middle, and what is no HTTP.
core::error classify(std::string_view what, const boost::system::error_code& failed);

}  // namespace familiar::http
