#pragma once

#include "core/error.hpp"
#include "http/message.hpp"
#include "journal/journal.hpp"

#include <string>

namespace familiar::app {

/// Which jobs `GET /api/jobs?state=&repository=&limit=&before=` asks for. What is absent or empty asks for nothing,
/// what has another name is ignored. errc::invalid says what is allowed.
core::result<journal::job_filter> parse_job_query(const http::request& asked);

/// The words for states, for a message about one that is none: "received, held, ...".
std::string job_states();

}  // namespace familiar::app
