#pragma once

#include "http/message.hpp"

#include <optional>
#include <string_view>

namespace familiar::http {

/// What a request shows as its right to be answered: the token of its one `Authorization: Bearer <token>` (RFC
/// 6750, 2.1). The scheme may be in any case (RFC 9110, 11.1). None if there is no such header, more than one, another
/// scheme, or something that is not one word of visible ASCII. RFC 6750 allows fewer characters than that, but
/// operators choose their tokens themselves. The view is of the request's own text.
std::optional<std::string_view> bearer_token(const request& asked);

}  // namespace familiar::http
