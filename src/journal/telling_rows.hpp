#pragma once

#include "core/time.hpp"
#include "journal/database.hpp"
#include "journal/journal.hpp"
#include "journal/request_rows.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What the journal knows for talking with a forge: approvals, of which jobs people were told, and what a server that
/// was away has to ask for. The SQL and nothing else; all throw SQLite::Exception.
namespace familiar::journal {

/// Again is fine: the first one stays.
void insert_approval(database& into, const approval& what, core::wall_time now);
bool has_approval(database& in, const request_key& request, const std::string& head);

/// People know of the job as it stands in `state`. A job that has come further since is still owed.
void note_told(database& in, const std::string& id, job_state state);

/// A head that the bot itself has brought about.
void insert_own_head(database& into, const request_key& request, const std::string& head, core::wall_time now);

/// Forgets approvals and own heads from before `limit`; how many those were.
std::size_t delete_old_heads(database& in, core::wall_time limit);

/// Whether this head is known: a job is about it by its event or by what its agent worked on, or it is the bot's own.
bool has_head(database& in, const request_key& request, const std::string& head);

/// The repositories of a forge, that of the newest job first.
std::vector<std::string> select_repositories(database& in, event::provider forge, std::size_t most);

/// When the delivery came that was written down last.
std::optional<core::wall_time> select_last_delivery(database& in);

}  // namespace familiar::journal
