#pragma once

#include "journal/job.hpp"
#include "observe/log.hpp"

namespace familiar::journal {

/// What every log line about a job begins with: job, delivery, repository and number.
observe::fields about(const job_record& job);

/// The same of a webhook that has no job, or none yet.
observe::fields about(const event::event& incoming);

}  // namespace familiar::journal
