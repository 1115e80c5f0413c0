#include "async/task_group.hpp"

#include "async/timeout.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdlib>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace familiar::async {

namespace {

bool is_cancellation(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& failure) {
        return failure.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

task_group::task_group(asio::any_io_executor executor, failure_handler on_failure)
    : executor_(std::move(executor)),
      on_failure_(std::move(on_failure)),
      emptied_(executor_, asio::steady_timer::time_point::max()) {}

task_group::~task_group() {
    if (!tasks_.empty()) std::abort();
}

task_group::task_id task_group::spawn(asio::awaitable<void> task) {
    const auto where = tasks_.emplace(tasks_.end());
    const auto id = where->id = ++last_id_;
    where->cancelled = cancelled_;
    asio::co_spawn(executor_, run(where, std::move(task)),
                   asio::bind_cancellation_slot(where->cancellation.slot(),
                                                [this, where](std::exception_ptr thrown) { ended(where, thrown); }));
    return id;
}

// The first turn of the loop belongs to whoever called spawn. It also keeps the coroutine from ending before it has
// ever been suspended: cancelled in that state, it would throw past its completion handler (Boost before 1.85).
asio::awaitable<void> task_group::run(place where, asio::awaitable<void> task) {
    co_await asio::post(executor_, asio::use_awaitable);
    where->started = true;
    if (where->cancelled) where->cancellation.emit(asio::cancellation_type::terminal);
    co_await std::move(task);
}

void task_group::cancel(task_id which) {
    for (auto it = tasks_.begin(); it != tasks_.end(); ++it)
        if (it->id == which) return tell({it});
}

void task_group::cancel() {
    cancelled_ = true;
    std::vector<place> present;
    present.reserve(tasks_.size());
    for (auto it = tasks_.begin(); it != tasks_.end(); ++it) present.push_back(it);
    tell(present);
}

// A task may end, start another or cancel the group while it is told: what ends is kept until all have been told.
void task_group::tell(const std::vector<place>& which) {
    ++telling_;
    for (const auto it : which) {
        it->cancelled = true;
        if (it->started) it->cancellation.emit(asio::cancellation_type::terminal);
    }
    if (--telling_ == 0) ended_.clear();
}

void task_group::ended(place which, std::exception_ptr thrown) {
    if (telling_ > 0)
        ended_.splice(ended_.end(), tasks_, which);
    else
        tasks_.erase(which);
    if (tasks_.empty()) emptied_.cancel();
    if (thrown && !is_cancellation(thrown)) on_failure_(thrown);
}

asio::awaitable<void> task_group::join() {
    while (!tasks_.empty()) {
        boost::system::error_code woken;
        co_await emptied_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) detail::throw_aborted();
    }
}

asio::awaitable<bool> task_group::join_for(std::chrono::steady_clock::duration limit) {
    const auto joined = co_await with_timeout(join(), limit);
    co_return joined.has_value();
}

}  // namespace familiar::async
