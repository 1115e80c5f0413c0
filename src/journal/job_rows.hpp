#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"
#include "journal/job.hpp"
#include "journal/journal.hpp"
#include "journal/request_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Whole jobs as rows: the SQL and nothing else. All throw SQLite::Exception; a row that cannot be read back is
/// errc::storage_failed with its id.
namespace familiar::journal {

void insert_job(database& into, const job_record& job);

/// All that a step changes but what a job is about: that is large and rarely changes.
void update_job(database& in, const job_record& job);

/// The same for one that waits, along with its kind and since when it does, which a placement alone changes.
void update_job_and_place(database& in, const job_record& job);

void update_subject(database& in, const job_record& job);
void update_joined(database& in, const job_record& job);

core::result<std::optional<job_record>> select_job(database& in, const std::string& id);

/// errc::not_found if there is none.
core::result<job_record> require_job(database& in, const std::string& id);

/// Its state alone; errc::not_found if there is none.
core::result<job_state> require_state(database& in, const std::string& id);

/// At most two jobs whose ids begin so, which is enough to know whether one is meant.
core::result<std::vector<job_record>> select_jobs_like(database& in, const std::string& prefix);

core::result<std::vector<job_record>> select_page(database& in, const job_filter& which);
/// The jobs of a merge request that are `held`, the oldest first.
core::result<std::vector<job_record>> select_held(database& in, const request_key& request);

/// Up to `most` jobs that are owed to people, the oldest first.
core::result<std::vector<job_record>> select_to_tell(database& in, std::size_t most);

core::result<std::vector<job_record>> select_unfinished(database& in);

/// The newest job of a merge request that knows its branch.
core::result<std::optional<job_record>> select_last_known(database& in, event::provider forge, const std::string& path,
                                                          std::int64_t number);

/// At most `most` that ended before `limit` and that no younger delivery stands for; how many that were.
std::size_t delete_jobs(database& in, core::wall_time limit, std::size_t most);

std::string select_instance(database& in);
void write_check(database& into, core::wall_time now);

}  // namespace familiar::journal
