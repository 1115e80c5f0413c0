#pragma once

#include "job/queue.hpp"
#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

/// What a busy server has waiting: jobs of 200 repositories, each for a merge request of its own, which is the most
/// that the queue has to keep apart.
namespace familiar::bench {

/// The id of the n-th job; the ids sort as the jobs came.
std::string id_of(std::size_t index);

job::waiting_job waiting_job(std::size_t index);
job::waiting_job waiting_job(const journal::queue_entry& entry);

/// A webhook of 8 KB and the job that it leads to.
journal::delivery delivery(std::size_t index);
journal::job_record received_job(std::size_t index);

/// The write of a job that comes in and may run: its delivery, and its place in the queue. Throws if it fails.
boost::asio::awaitable<void> insert(journal::journal& into, std::size_t index);

/// Does `work` with the numbers from `from` up to, and without, `to`, `callers` at a time, and returns when all is
/// done.
void together(boost::asio::io_context& context, std::size_t from, std::size_t to, std::size_t callers,
              const std::function<boost::asio::awaitable<void>(std::size_t)>& work);

/// A database with that many jobs waiting, the numbers 0 up to `waiting`. It is made once for the whole run, which
/// takes a while, and is removed at its end.
std::filesystem::path database_with(std::size_t waiting);

}  // namespace familiar::bench
