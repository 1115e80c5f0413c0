#pragma once

#include "process/command.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string_view>

/// Running a child to its end. What all three functions have in common:
///
/// - A child that ends, however it ends, is a value; see `output::status`.
/// - errc::program_missing: argv[0] is not there or not executable; errc::not_found: the directory is not there;
///   errc::too_large: an argument or the environment is beyond what the system takes; errc::unavailable: the system
///   could not start another process now.
/// - errc::timed_out after the deadline: the process group got TERM, after `grace` KILL, and was reaped.
/// - A cancelled caller: the same ending as at the deadline, and then operation_aborted is thrown. The call therefore
///   returns only once the child is gone.
/// - A descendant that holds the output open delays the end by a quarter of a second at most; what is left of the
///   process group then gets KILL. One that made a session of its own (a daemon) escapes that.
namespace familiar::process {

/// One line, without its newline. A line of more than `max_line` bytes comes in pieces of that size.
using line_sink = std::function<void(std::string_view line)>;

/// Bytes as they come, at most 64 KiB at a time, never none.
using chunk_sink = std::function<void(std::string_view chunk)>;

/// A docker event or a stream-json message of an agent fits well.
constexpr std::size_t max_line = std::size_t{1} << 18;

/// Runs it and captures both streams.
boost::asio::awaitable<core::result<output>> run(command what, limits within = {});

/// Runs it and hands over standard output line by line as it comes, the last one also without a newline at its end;
/// standard error is captured. `output::out` stays empty. An exception of the sink ends the child and is thrown.
boost::asio::awaitable<core::result<output>> stream(command what, limits within, line_sink on_line);

/// The same, but in the pieces in which it comes.
boost::asio::awaitable<core::result<output>> stream_chunks(command what, limits within, chunk_sink on_chunk);

}  // namespace familiar::process
