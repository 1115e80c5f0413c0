#pragma once

#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace familiar::job {

/// The change that ends a job now.
journal::job_change end_change(journal::job_state state, std::string reason);

/// Applies a change to a job on disk, again and again while the journal fails in a way that passes (`schedule.hpp`: a
/// full disk, a lock). For what must not get lost while the server runs, such as how an agent ended. Without a bound of
/// its own: its caller sets one.
boost::asio::awaitable<core::result<journal::job_record>> write_down(journal::journal& into, std::string job,
                                                                     journal::job_change change);

}  // namespace familiar::job
