#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"
#include "journal/journal.hpp"
#include "journal/request_rows.hpp"

#include <cstddef>
#include <optional>
#include <string>

/// What the journal's calls do inside of one transaction, on its thread. An error means that nothing of it stays. Each
/// may be run again if the transaction was lost, so none changes what it was given.
namespace familiar::journal {

core::result<recorded> record_once(database& in, const delivery& what, const std::optional<job_record>& job,
                                   const placement_rule& rule = {});
core::result<job_record> update_once(database& in, const std::string& id, const job_change& change);
core::result<std::optional<job_record>> find_once(database& in, const std::string& id_or_prefix);
core::result<placed> place_once(database& in, const job_record& received, const job_change& authorised,
                                const placement_rule& rule);
/// A part of record_once: inserts a job, placed if there is a rule for that.
core::result<placed> insert_placed(database& in, job_record job, const placement_rule& rule);
core::result<placed> hold_once(database& in, const std::string& id, const job_change& why);
core::result<closed> close_once(database& in, const delivery& what, const request_key& request,
                                const std::string& reason);
core::result<job_record> cancel_once(database& in, const std::string& id, const std::string& reason);
core::result<job_record> retry_once(database& in, const std::string& id, const std::string& fresh, core::wall_time now);
core::result<std::size_t> prune_once(database& in, core::wall_time limit, std::size_t most);

}  // namespace familiar::journal
