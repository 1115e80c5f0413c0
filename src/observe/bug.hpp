#pragma once

#include "observe/log.hpp"

#include <exception>
#include <string_view>

namespace familiar::observe {

/// Logs an exception that nobody expected as an internal error. `where` says in what: "in the life of an agent",
/// `about` of which one.
void log_bug(std::string_view where, const std::exception_ptr& thrown, const fields& about = {});

}  // namespace familiar::observe
