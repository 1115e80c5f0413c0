#include "journal/commit_queue.hpp"

#include "journal/failure.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>

namespace familiar::journal {

namespace {

/// Requests taken at once. Beyond some hundred rows a commit the gain is small (measured with 8 KB rows: 4,900 rows/s
/// one by one, 19,000 at 32, 26,000 at 128), and every caller waits for the whole batch.
constexpr std::size_t largest_batch = 128;

}  // namespace

commit_queue::commit_queue(std::filesystem::path path, opener open)
    : path_(std::move(path)), open_(std::move(open)), thread_([this] { work_until_closed(); }) {}

void commit_queue::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void commit_queue::submit(std::unique_ptr<request> one) {
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            waiting_.push_back(std::move(one));
            wake_.notify_one();
            return;
        }
    }
    one->refuse(core::fail(core::errc::shutting_down, "the journal is closed"));
    answer(std::move(one));
}

void commit_queue::work_until_closed() {
    for (;;) {
        auto taken = take();
        if (taken.writes.empty() && taken.reads.empty()) break;
        serve(std::move(taken));
    }
    log_.finish();
    database_.reset();
}

/// And lets go of it: an event loop that has no other work may end.
void commit_queue::answer(std::unique_ptr<request> one) {
    one->resume();
}

/// Waits; empty only when closed and done.
commit_queue::batch commit_queue::take() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    batch taken;
    for (auto left = largest_batch; left > 0 && !waiting_.empty(); --left) {
        auto& kind = waiting_.front()->writes ? taken.writes : taken.reads;
        kind.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

void commit_queue::serve(batch taken) {
    commit(taken.writes);
    for (auto& one : taken.writes) answer(std::move(one));
    for (auto& one : taken.reads) {
        read_one(*one);
        answer(std::move(one));
    }
    if (database_) log_.look_after(*database_);
}

void commit_queue::commit(std::span<std::unique_ptr<request>> writes) {
    if (writes.size() > 1) {
        const auto together = in_one_transaction(
            [&] { return std::ranges::all_of(writes, [&](const auto& one) { return perform_among_others(*one); }); });
        if (together && *together) return;
        if (!together && together.error().code == core::errc::busy) {
            // A lock that was waited for in vain would be waited for again by each.
            for (const auto& one : writes) one->refuse(together.error());
            return;
        }
    }
    for (const auto& one : writes) {
        const auto alone = in_one_transaction([&] { return one->perform(*database_); });
        if (!alone) one->refuse(alone.error());
    }
}

/// Whether it was committed: false if `work` said so. With an error, too, nothing of it stays.
core::result<bool> commit_queue::in_one_transaction(const std::function<bool()>& work) {
    if (auto unconnected = connect()) return *unconnected;
    try {
        database_->execute("begin immediate");
        const bool keep = work();
        database_->execute(keep ? "commit" : "rollback");
        set_patience(true);
        return keep;
    } catch (const std::exception& thrown) {
        auto why = failed(thrown);
        // Who comes meanwhile would wait for the rest of this time and then for as long again.
        if (why.code == core::errc::busy) set_patience(false);
        return why;
    }
}

/// False if it has to be undone, and with it all of the transaction. Most that say no have looked and changed nothing.
bool commit_queue::perform_among_others(request& one) {
    const int before = database_->connection().getTotalChanges();
    return one.perform(*database_) || database_->connection().getTotalChanges() == before;
}

void commit_queue::set_patience(bool patient) {
    if (std::exchange(patient_, patient) != patient && database_) database_->be_patient(patient);
}

void commit_queue::read_one(request& one) {
    if (const auto unconnected = connect()) return one.refuse(*unconnected);
    try {
        one.perform(*database_);
    } catch (const std::exception& thrown) {
        one.refuse(failed(thrown));
    }
}

std::optional<core::error> commit_queue::connect() {
    if (database_ && database_->has_moved()) {
        database_.reset();
        return core::fail(core::errc::storage_failed, "database " + path_.string() +
                                                          " was removed or replaced while in use; stop the server, put "
                                                          "the file back if you can, and start again");
    }
    if (database_) return std::nullopt;
    try {
        database_ = std::make_unique<database>(open_());
        patient_ = true;
        return std::nullopt;
    } catch (const SQLite::Exception& thrown) {
        return failure_of(thrown, path_);
    }
}

core::error commit_queue::failed(const std::exception& thrown) {
    auto why = database_->failure_from(thrown);
    if (database_->in_transaction()) {
        try {
            database_->execute("rollback");
        } catch (const SQLite::Exception&) {
            database_.reset();
        }
    }
    if (is_worth_reopening(why)) database_.reset();
    return why;
}

}  // namespace familiar::journal
