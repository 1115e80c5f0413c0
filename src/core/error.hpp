#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>

/// What every room speaks: the error codes of the domain and `result<T>`.
///
/// Expected failures are results. Exceptions mean a bug, a failed start, or cancellation
/// (`boost::asio::error::operation_aborted`).
namespace familiar::core {

/// What went wrong, as far as the caller can act on it differently. The text for people is in `error::message`.
enum class errc {
    timed_out = 1,          ///< a deadline of ours passed
    unavailable,            ///< something outside does not answer now and may later (network, 5xx, rate limit)
    engine_unreachable,     ///< no Docker engine answers
    forge_unreachable,      ///< a forge did not give what was asked of it and may later
    image_missing,          ///< the engine does not have the image and may not or cannot pull it
    image_unsuitable,       ///< the image is there but is not an agent image
    name_taken,             ///< a container of that name exists
    no_such_container,      ///< the container does not exist (any more)
    program_missing,        ///< the program to run does not exist or is not executable
    child_failed,           ///< a child program ended with a failure nobody classified further
    authentication_failed,  ///< the other side does not accept our credentials
    not_found,              ///< a thing that was named does not exist
    ref_missing,            ///< the repository has no such ref or commit
    invalid,                ///< input that does not mean anything, with the place in the message
    conflict,               ///< the state forbids it
    too_large,              ///< a bound was exceeded
    busy,                   ///< another process holds a lock
    storage_full,           ///< the disk or the quota is full
    storage_failed,         ///< the database or the file system failed otherwise
    newer_schema,           ///< the database was written by a newer version
    shutting_down,          ///< not done because the server is ending
    left_running,           ///< an agent was left to the next start, as it is
    refused,                ///< the other side understood and will not do it
    not_wanted,             ///< a repository's own configuration switches it off
    head_moved,             ///< the merge request has another head by now than the one that was approved
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(errc code) noexcept;

/// A code to act on, a sentence to read (what failed, on what, and where it helps what to do) and, if the other side
/// named one, the time it asked us to wait before we try again.
struct error {
    boost::system::error_code code;
    std::string message;
    std::optional<std::chrono::milliseconds> retry_after{};
};

/// "message" if there is one, else what the code says.
std::string describe(const error& failure);

/// True for what may succeed if the same thing is tried again later: timeouts, an unreachable engine, an unavailable
/// forge, a busy lock. Rooms map what the outside says to an errc; this is the one place that says which of them pass.
bool is_transient(const error& failure) noexcept;
bool is_transient(errc code) noexcept;

/// What `result::value()` throws: a `boost::system::system_error` with the code and the message.
[[noreturn]] void throw_exception_from_error(const error& failure, const boost::source_location& where);

template <class T>
using result = boost::system::result<T, error>;

/// `return fail(errc::not_found, "no such job")`.
error fail(errc code, std::string message);

}  // namespace familiar::core

template <>
struct boost::system::is_error_code_enum<familiar::core::errc> : std::true_type {};
