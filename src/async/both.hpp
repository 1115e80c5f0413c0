#pragma once

#include "core/error.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::async {

/// Awaits two operations side by side until both have ended. One that fails, by an error or an exception, has the other
/// cancelled and awaited, and is what is returned or thrown. When the caller is cancelled, both are, and
/// operation_aborted is thrown unless both had succeeded by then.
boost::asio::awaitable<core::result<void>> both(boost::asio::awaitable<core::result<void>> one,
                                                boost::asio::awaitable<core::result<void>> other);

}  // namespace familiar::async
