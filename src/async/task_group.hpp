#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <vector>

namespace familiar::async {

/// Owns spawned coroutines: none is detached, all can be cancelled, and the group is joined before it is destroyed
/// (destroying it with tasks in it is a bug and ends the process).
///
/// Everything happens on one executor that runs on one thread, and is called from there once it runs.
class task_group {
public:
    /// Told of every exception that leaves a task, but for the operation_aborted of a cancelled one.
    using failure_handler = std::function<void(std::exception_ptr)>;

    task_group(boost::asio::any_io_executor executor, failure_handler on_failure);
    ~task_group();
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Names a task for as long as it runs; never reused.
    using task_id = std::uint64_t;

    /// Starts `task` on the group's executor, at the next turn of the loop. It owns its arguments by value. A task that
    /// has not started yet when it is cancelled, or is added after cancel(), never runs.
    task_id spawn(boost::asio::awaitable<void> task);

    /// Asks one task to end; nothing happens if it has ended already.
    void cancel(task_id which);

    /// Asks every task to end (terminal cancellation). Returns at once; safe to call from a task of the group, which
    /// then sees its cancellation at its next suspension.
    void cancel();

    std::size_t size() const noexcept { return tasks_.size(); }
    bool empty() const noexcept { return tasks_.empty(); }

    /// Suspends until the group is empty. Throws operation_aborted when the caller is cancelled; the tasks go on.
    boost::asio::awaitable<void> join();

    /// The same for at most `limit`; false if tasks are left then.
    boost::asio::awaitable<bool> join_for(std::chrono::steady_clock::duration limit);

private:
    struct task {
        task_id id = 0;
        bool started = false;
        bool cancelled = false;
        boost::asio::cancellation_signal cancellation;
    };
    using place = std::list<task>::iterator;

    boost::asio::awaitable<void> run(place where, boost::asio::awaitable<void> task);
    void tell(const std::vector<place>& which);
    void ended(place which, std::exception_ptr thrown);

    boost::asio::any_io_executor executor_;
    failure_handler on_failure_;
    std::list<task> tasks_;
    std::list<task> ended_;  ///< tasks that ended while others were told of a cancellation
    int telling_ = 0;
    task_id last_id_ = 0;
    bool cancelled_ = false;
    boost::asio::steady_timer emptied_;  ///< never expires; cancelled when the last task ends
};

}  // namespace familiar::async
