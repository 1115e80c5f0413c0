#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"
#include "journal/write_back.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace familiar::journal {

/// What waits for the thread. `perform` may be called again if the transaction around it was undone.
struct request {
    bool writes = false;
    std::function<bool(database&)> perform;          ///< false: undo what it wrote; the caller's result says why
    std::function<void(const core::error&)> refuse;  ///< sets the caller's result

    virtual ~request() = default;
    virtual void resume() = 0;  ///< posts the caller's continuation; last of all calls
};

/// The thread that SQLite runs on, and the group commit.
///
/// Whatever waits when the thread is free is taken together: the writes in one transaction, then the reads. If one of
/// the writes fails, or refuses after it has changed something, the transaction is undone and each is tried once more
/// in one of its own, so that a bad one fails alone. A savepoint around each would undo the bad one only, but costs the
/// good ones, which nearly all are, a fifteenth of all that a webhook costs.
///
/// The log is written back into the file beside that, and by the thread itself only at its longest. While another
/// program holds its lock for longer than the limit, only the first waits for so long: those after it are refused after
/// a moment, until one gets it.
class commit_queue {
public:
    using opener = std::function<database()>;

    /// `open` makes the connection, on the thread: at the first request, and anew after a failure that may have broken
    /// the old one.
    commit_queue(std::filesystem::path path, opener open);
    ~commit_queue() { close(); }
    commit_queue(const commit_queue&) = delete;
    commit_queue& operator=(const commit_queue&) = delete;

    /// Runs `work` on the thread and resumes with its result once it is committed. `work` is called while the caller is
    /// suspended and may refer to its variables.
    template <class T>
    boost::asio::awaitable<core::result<T>> write(std::function<core::result<T>(database&)> work) {
        return run<T>(true, std::move(work));
    }

    /// The same for what changes nothing.
    template <class T>
    boost::asio::awaitable<core::result<T>> read(std::function<core::result<T>(database&)> work) {
        return run<T>(false, std::move(work));
    }

    /// Finishes what waits and joins the thread.
    void close();

private:
    struct batch {
        std::vector<std::unique_ptr<request>> writes;
        std::vector<std::unique_ptr<request>> reads;
    };

    /// Resumes a coroutine on its own executor, which it keeps running meanwhile.
    template <class Handler>
    struct suspended_caller final : request {
        explicit suspended_caller(Handler continuation)
            : home(boost::asio::make_work_guard(boost::asio::get_associated_executor(continuation))),
              handler(std::move(continuation)) {}
        void resume() override { boost::asio::post(home.get_executor(), std::move(handler)); }

        boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> home;
        Handler handler;
    };

    template <class T>
    boost::asio::awaitable<core::result<T>> run(bool writes, std::function<core::result<T>(database&)> work) {
        std::optional<core::result<T>> outcome;
        const auto begin = [&](auto handler) {
            auto waiting = std::make_unique<suspended_caller<decltype(handler)>>(std::move(handler));
            waiting->writes = writes;
            waiting->perform = [&](database& in) { return outcome.emplace(work(in)).has_value(); };
            waiting->refuse = [&](const core::error& why) { outcome.emplace(why); };
            submit(std::move(waiting));
        };
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(begin,
                                                                                           boost::asio::use_awaitable);
        co_return std::move(*outcome);
    }

    void submit(std::unique_ptr<request> one);
    static void answer(std::unique_ptr<request> one);
    void work_until_closed();
    batch take();
    void serve(batch taken);
    void commit(std::span<std::unique_ptr<request>> writes);
    core::result<bool> in_one_transaction(const std::function<bool()>& work);
    bool perform_among_others(request& one);
    void set_patience(bool patient);
    void read_one(request& one);
    std::optional<core::error> connect();
    core::error failed(const std::exception& thrown);

    const std::filesystem::path path_;
    const opener open_;
    std::unique_ptr<database> database_;  ///< of the thread
    bool patient_ = true;                 ///< of the thread: whether `database_` waits for a lock for as long as it may
    write_back log_;                      ///< of the thread

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<request>> waiting_;  ///< under mutex_
    bool closing_ = false;                          ///< under mutex_
    std::thread thread_;
};

}  // namespace familiar::journal
