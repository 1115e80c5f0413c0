#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"
#include "journal/job.hpp"

#include <cstddef>
#include <optional>
#include <string>

/// Deliveries as rows: the SQL and nothing else. All throw SQLite::Exception; a row that cannot be read back is
/// errc::storage_failed with its id.
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

/// All that stand for one job stand for another from now on.
void hand_deliveries(database& in, const std::string& from, const std::string& to);

/// Without a forge, of whichever forge has that id; errc::conflict if both have.
core::result<std::optional<delivery>> select_delivery(database& in, std::optional<event::provider> forge,
                                                      const std::string& id);

/// At most `most` that were received before `limit` and stand for no job; how many that were.
std::size_t delete_deliveries(database& in, core::wall_time limit, std::size_t most);

}  // namespace familiar::journal
