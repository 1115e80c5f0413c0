#include "journal/journal.hpp"

#include "journal/commit_queue.hpp"
#include "journal/failure.hpp"
#include "journal/files.hpp"
#include "journal/rows.hpp"
#include "journal/rules.hpp"
#include "journal/schema.hpp"

#include <sqlite3.h>

#include <utility>

namespace familiar::journal {

namespace asio = boost::asio;
using core::errc;

namespace {

/// What a start has to know to be sound: the tables that recovery reads (not the bodies, which may be gigabytes).
core::result<std::string> examine(database& opened) {
    auto check = opened.use("pragma quick_check(jobs)");
    if (check.next() && check.text(0) != "ok")
        throw SQLite::Exception("damaged table jobs: " + check.text(0), SQLITE_CORRUPT);
    auto instance = select_instance(opened);
    if (instance.empty()) throw SQLite::Exception("the table meta names no instance", SQLITE_CORRUPT);
    return instance;
}

core::result<std::string> open_once(const options& settings) {
    std::unique_ptr<database> opened;
    try {
        opened = std::make_unique<database>(settings.path, database::mode::read_write, settings.busy_timeout);
        return examine(*opened);
    } catch (const SQLite::Exception& thrown) {
        if (!opened) return failure_of(thrown, settings.path);
        return opened->failure_from(thrown);
    }
}

core::result<recorded> record_once(database& in, const delivery& what, const std::optional<job_record>& job) {
    const auto looked_up = look_up(in, what.forge, what.id);
    if (!looked_up) return looked_up.error();
    const std::optional<known_delivery>& known = *looked_up;
    if (!known) {
        if (job) insert_job(in, *job);
        insert_delivery(in, what, job ? job->id : std::string());
        return job ? recorded{.job = job->id, .state = job->state, .retry_of = job->retry_of} : recorded{};
    }

    const auto decision = judge_again(known->state, job.has_value());
    if (!job || decision == verdict::duplicate)
        return recorded{
            .duplicate = true, .job = known->job, .state = known->state.value_or(job_state::received), .retry_of = {}};
    auto fresh = *job;
    if (decision == verdict::repetition) fresh.retry_of = known->job;
    insert_job(in, fresh);
    point_delivery(in, what.forge, what.id, fresh.id);
    return recorded{.job = fresh.id, .state = fresh.state, .retry_of = fresh.retry_of};
}

core::result<job_record> update_once(database& in, const std::string& id, const job_change& change) {
    auto selected = select_job(in, id);
    if (!selected) return selected.error();
    std::optional<job_record>& job = *selected;
    if (!job) return core::fail(errc::not_found, "there is no job " + id);
    if (auto applied = apply(change, *job); !applied) return applied.error();
    update_job(in, *job);
    if (change.source_branch || change.source_path || change.target_branch || change.head_origin)
        update_subject(in, *job);
    return std::move(*job);
}

core::result<std::optional<job_record>> find_once(database& in, const std::string& id_or_prefix) {
    auto jobs = select_jobs_like(in, id_or_prefix);
    if (!jobs) return jobs.error();
    if (jobs->empty() || id_or_prefix.empty()) return std::optional<job_record>();
    if (jobs->size() > 1 && jobs->front().id != id_or_prefix)
        return core::fail(errc::conflict, "several jobs begin with '" + id_or_prefix + "'; give more of the id");
    return std::optional<job_record>(std::move(jobs->front()));
}

}  // namespace

/// In the order in which they come to be; the lock goes last.
class journal::parts {
public:
    parts(options settings, descriptor lock, std::string instance)
        : lock_(std::move(lock)), instance_(std::move(instance)), queue_(settings.path, [settings] {
              return database(settings.path, database::mode::read_write, settings.busy_timeout);
          }) {}

    const std::string& instance() const noexcept { return instance_; }
    commit_queue& queue() noexcept { return queue_; }

private:
    descriptor lock_;
    std::string instance_;
    commit_queue queue_;
};

core::result<std::unique_ptr<journal>> journal::open(options settings) {
    if (auto place = check_place(settings.path); !place) return place.error();
    auto lock = lock_for(settings.path);
    if (!lock) return lock.error();
    if (auto made = make_private_file(settings.path); !made) return made.error();
    if (auto ready = bring_up_to_date(settings.path, settings.busy_timeout); !ready) return ready.error();
    auto instance = open_once(settings);
    if (!instance) return instance.error();
    return std::unique_ptr<journal>(
        new journal(std::make_unique<parts>(std::move(settings), std::move(*lock), std::move(*instance))));
}

journal::journal(std::unique_ptr<parts> inside) : parts_(std::move(inside)) {}

journal::~journal() = default;

asio::awaitable<core::result<recorded>> journal::record(delivery what, std::optional<job_record> job) {
    co_return co_await parts_->queue().write<recorded>([&](database& in) { return record_once(in, what, job); });
}

asio::awaitable<core::result<job_record>> journal::update(std::string job, job_change change) {
    co_return co_await parts_->queue().write<job_record>([&](database& in) { return update_once(in, job, change); });
}

asio::awaitable<core::result<std::optional<job_record>>> journal::find(std::string job) {
    co_return co_await parts_->queue().read<std::optional<job_record>>(
        [&](database& in) { return find_once(in, job); });
}

asio::awaitable<core::result<std::vector<job_record>>> journal::unfinished() {
    co_return co_await parts_->queue().read<std::vector<job_record>>(&select_unfinished);
}

asio::awaitable<core::result<std::optional<delivery>>> journal::find_delivery(std::optional<event::provider> forge,
                                                                              std::string id) {
    co_return co_await parts_->queue().read<std::optional<delivery>>(
        [&](database& in) { return select_delivery(in, forge, id); });
}

asio::awaitable<core::result<std::optional<event::merge_request>>> journal::last_known(event::provider forge,
                                                                                       std::string path,
                                                                                       std::int64_t number) {
    const auto selected = co_await parts_->queue().read<std::optional<job_record>>(
        [&](database& in) { return select_last_known(in, forge, path, number); });
    if (!selected) co_return selected.error();
    std::optional<event::merge_request> request;
    if (const std::optional<job_record>& job = *selected) request = job->subject.request;
    co_return request;
}

std::string journal::instance() const {
    return parts_->instance();
}

asio::awaitable<core::result<void>> journal::check() {
    co_return co_await parts_->queue().write<void>([](database& in) {
        write_check(in, core::now());
        return core::result<void>();
    });
}

void journal::close() {
    parts_->queue().close();
}

}  // namespace familiar::journal
