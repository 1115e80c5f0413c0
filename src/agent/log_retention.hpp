#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <string_view>

namespace familiar::agent {

/// What the name of a file below logging.dir says about it.
enum class log_name {
    foreign,    ///< not one of ours
    log,        ///< the log of a job, whole: see log_path()
    unfinished  ///< a log that was being saved
};

/// "<UTC time>-<kind>-<job>.log" is a log, with ".part" after it an unfinished one. Pure.
log_name read_log_name(std::string_view name);

/// Deletes the logs below logging.dir that were written more than `retention_days` ago, and copies that a server which
/// was killed did not finish, after a day; then the empty folders below in which nothing has changed for an hour.
/// Returns how many files went.
///
/// Nothing but regular files of ours is touched, no symbolic link is followed, and logging.dir itself stays. With a
/// `retention_days` of 0 logs are kept for ever. What cannot be deleted does not keep the rest: the error
/// (errc::storage_failed) names the first of it and comes after all else is done. Blocks.
core::result<std::size_t> remove_old_logs(const config::logging_settings& logging, core::wall_time now);

}  // namespace familiar::agent
