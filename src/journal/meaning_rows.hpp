#pragma once

#include "journal/database.hpp"
#include "journal/job.hpp"
#include "journal/request_rows.hpp"

#include <optional>
#include <string>

/// Which jobs are about the same thing, and which repeat which: the SQL and nothing else. All throw SQLite::Exception.
namespace familiar::journal {

struct known_job {
    std::string id;
    job_state state = job_state::received;
};

/// The job that already does what `incoming` would, among those of the day before it (rules.hpp: compare). For a
/// comment that joined another job, that job.
std::optional<known_job> select_same(database& in, const job_record& incoming);

/// True if the head of its merge request moved after a job that is about one.
bool has_moved_on(database& in, const std::string& job);

/// Its events mean nothing from now on, so that the same ones run again.
void forget_meanings(database& in, const request_key& request);

/// The job's comments are answered by another one.
void note_joined(database& in, const std::string& job, const std::string& target);

/// A job that repeats this one, at any remove, or answers the comments of one that does, and that stands (rules.hpp).
std::optional<known_job> select_standing_retry(database& in, const std::string& job);

}  // namespace familiar::journal
