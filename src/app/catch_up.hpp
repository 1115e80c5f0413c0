#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "job/intake.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"
#include "provider/forge.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace familiar::app {

/// Where a missed event enters, as one that came in time does.
using intake_function =
    std::function<boost::asio::awaitable<core::result<job::answer>>(journal::delivery, event::event)>;

/// What it works on; all of it outlives catch_up().
struct catch_up_parts {
    event::provider forge;
    const config::current& settings;
    journal::journal& journal;
    provider::forge_lookup api_of;
    intake_function accept;
    observe::metrics& metrics;
};

/// Takes up what a forge had to tell while nobody listened, once:
///
/// - GitHub keeps the deliveries that failed: they are read as if they had come now, under their own ids, so that a
///   redelivery is a duplicate, and the other way round.
/// - GitLab keeps no list: open merge requests that changed meanwhile and whose head the journal does not know are
///   taken as opened or updated. What else was missed there (comments, a close) stays so.
///
/// Does nothing for a new journal and where there is no API to ask. Failures that pass are tried again for an hour in
/// all; what is given up is logged. Throws operation_aborted when cancelled.
boost::asio::awaitable<void> catch_up(catch_up_parts with);

}  // namespace familiar::app
