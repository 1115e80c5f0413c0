#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"
#include "journal/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Deliveries and jobs as rows: the SQL and nothing else. All throw SQLite::Exception; a row that cannot be read back
/// is errc::storage_failed with its id.
namespace familiar::journal {

/// A delivery that is there already, and the job it stands for.
struct known_delivery {
    std::string job;  ///< empty if none
    std::optional<job_state> state;
};

core::result<std::optional<known_delivery>> look_up(database& in, event::provider forge, const std::string& id);

/// `job`: empty if it led to none.
void insert_delivery(database& into, const delivery& what, const std::string& job);
void point_delivery(database& in, event::provider forge, const std::string& id, const std::string& job);

/// Without a forge, of whichever forge has that id; errc::conflict if both have.
core::result<std::optional<delivery>> select_delivery(database& in, std::optional<event::provider> forge,
                                                      const std::string& id);

void insert_job(database& into, const job_record& job);
void update_job(database& in, const job_record& job);

/// The subject is written apart: it is large and rarely changes.
void update_subject(database& in, const job_record& job);

core::result<std::optional<job_record>> select_job(database& in, const std::string& id);

/// At most two jobs whose ids begin so, which is enough to know whether one is meant.
core::result<std::vector<job_record>> select_jobs_like(database& in, const std::string& prefix);

core::result<std::vector<job_record>> select_unfinished(database& in);

/// The newest job of a merge request that knows its branch.
core::result<std::optional<job_record>> select_last_known(database& in, event::provider forge, const std::string& path,
                                                          std::int64_t number);

std::string select_instance(database& in);
void write_check(database& into, core::wall_time now);

}  // namespace familiar::journal
