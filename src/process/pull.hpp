#pragma once

#include "process/command.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace familiar::process {

/// Takes the next piece of a child's output, at most 64 KiB and never none. False: no more is wanted.
using chunk_taker = std::function<boost::asio::awaitable<bool>(std::string chunk)>;

/// Runs a child at the pace of who reads it: the next piece is read when `take` is done with the last, so that a fast
/// child waits for a slow reader and nothing piles up. Standard error comes with standard output, in order.
///
/// Returns how the child ended, once all that it printed was taken, or once `take` said false: the child is ended then,
/// with `grace` between TERM and KILL. There is no deadline. Errors of a start, and cancellation, are those of `run`;
/// an exception of `take` ends the child and is thrown. A cancellation reaches a `take` that is at work.
boost::asio::awaitable<core::result<exit_status>> pull(command what, std::chrono::milliseconds grace, chunk_taker take);

}  // namespace familiar::process
