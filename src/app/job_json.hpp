#pragma once

#include "journal/job.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace familiar::app {

/// A job as the API shows it: always the same fields in the same order, null where the job has not come so far, []
/// for no lines. `waiting_for` is the dispatcher's word; empty if the job does not wait.
boost::json::object to_json(const journal::job_record& job, std::string_view waiting_for);

}  // namespace familiar::app
