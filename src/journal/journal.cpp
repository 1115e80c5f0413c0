#include "journal/journal.hpp"

#include "journal/commit_queue.hpp"
#include "journal/delivery_rows.hpp"
#include "journal/failure.hpp"
#include "journal/files.hpp"
#include "journal/job_rows.hpp"
#include "journal/operations.hpp"
#include "journal/request_rows.hpp"
#include "journal/schema.hpp"
#include "journal/telling_rows.hpp"

#include <sqlite3.h>

#include <utility>

namespace familiar::journal {

namespace asio = boost::asio;

namespace {

/// What a start reads.
struct beginning {
    std::string instance;
    std::optional<core::wall_time> last_delivery;
};

/// What a start has to know to be sound: the tables that recovery reads (not the bodies, which may be gigabytes).
core::result<beginning> examine(database& opened) {
    auto check = opened.use("pragma quick_check(jobs)");
    if (check.next() && check.text(0) != "ok")
        throw SQLite::Exception("damaged table jobs: " + check.text(0), SQLITE_CORRUPT);
    auto instance = select_instance(opened);
    if (instance.empty()) throw SQLite::Exception("the table meta names no instance", SQLITE_CORRUPT);
    return beginning{std::move(instance), select_last_delivery(opened)};
}

core::result<beginning> open_once(const options& settings) {
    std::unique_ptr<database> opened;
    try {
        opened = std::make_unique<database>(settings.path, database::mode::read_write, settings.busy_timeout);
        return examine(*opened);
    } catch (const SQLite::Exception& thrown) {
        if (!opened) return failure_of(thrown, settings.path);
        return opened->failure_from(thrown);
    }
}

}  // namespace

/// In the order in which they come to be; the lock goes last.
class journal::parts {
public:
    parts(options settings, descriptor lock, beginning first)
        : lock_(std::move(lock)), first_(std::move(first)), queue_(settings.path, [settings] {
              return database(settings.path, database::mode::read_write, settings.busy_timeout);
          }) {}

    const beginning& first() const noexcept { return first_; }
    commit_queue& queue() noexcept { return queue_; }

private:
    descriptor lock_;
    beginning first_;
    commit_queue queue_;
};

core::result<std::unique_ptr<journal>> journal::open(options settings) {
    if (auto place = check_place(settings.path); !place) return place.error();
    auto lock = lock_for(settings.path);
    if (!lock) return lock.error();
    if (auto made = make_private_file(settings.path); !made) return made.error();
    if (auto ready = bring_up_to_date(settings.path, settings.busy_timeout); !ready) return ready.error();
    auto first = open_once(settings);
    if (!first) return first.error();
    return std::unique_ptr<journal>(
        new journal(std::make_unique<parts>(std::move(settings), std::move(*lock), std::move(*first))));
}

journal::journal(std::unique_ptr<parts> inside) : parts_(std::move(inside)) {}

journal::~journal() = default;

asio::awaitable<core::result<recorded>> journal::record(delivery what, std::optional<job_record> job,
                                                        placement_rule rule) {
    co_return co_await parts_->queue().write<recorded>([&](database& in) { return record_once(in, what, job, rule); });
}

asio::awaitable<core::result<job_record>> journal::update(std::string job, job_change change) {
    co_return co_await parts_->queue().write<job_record>([&](database& in) { return update_once(in, job, change); });
}

asio::awaitable<core::result<placed>> journal::place(job_record job, job_change authorised, placement_rule rule) {
    co_return co_await parts_->queue().write<placed>(
        [&](database& in) { return place_once(in, job, authorised, rule); });
}

asio::awaitable<core::result<placed>> journal::hold(std::string job, job_change why) {
    co_return co_await parts_->queue().write<placed>([&](database& in) { return hold_once(in, job, why); });
}

asio::awaitable<core::result<void>> journal::approve(approval what) {
    co_return co_await parts_->queue().write<void>([&](database& in) {
        insert_approval(in, what, core::now());
        return core::result<void>();
    });
}

asio::awaitable<core::result<bool>> journal::is_approved(event::provider forge, std::string path, std::int64_t number,
                                                         std::string head) {
    const request_key request{.forge = forge, .path = std::move(path), .number = number};
    co_return co_await parts_->queue().read<bool>(
        [&](database& in) { return core::result<bool>(has_approval(in, request, head)); });
}

asio::awaitable<core::result<std::vector<job_record>>> journal::held(event::provider forge, std::string path,
                                                                     std::int64_t number) {
    const request_key request{.forge = forge, .path = std::move(path), .number = number};
    co_return co_await parts_->queue().read<std::vector<job_record>>(
        [&](database& in) { return select_held(in, request); });
}

asio::awaitable<core::result<std::vector<job_record>>> journal::to_tell(std::size_t most) {
    co_return co_await parts_->queue().read<std::vector<job_record>>(
        [&](database& in) { return select_to_tell(in, most); });
}

asio::awaitable<core::result<void>> journal::told(std::string job, job_state state) {
    co_return co_await parts_->queue().write<void>([&](database& in) {
        note_told(in, job, state);
        return core::result<void>();
    });
}

asio::awaitable<core::result<void>> journal::note_own_head(event::provider forge, std::string path, std::int64_t number,
                                                           std::string head) {
    const request_key request{.forge = forge, .path = std::move(path), .number = number};
    co_return co_await parts_->queue().write<void>([&](database& in) {
        insert_own_head(in, request, head, core::now());
        return core::result<void>();
    });
}

asio::awaitable<core::result<bool>> journal::knows_head(event::provider forge, std::string path, std::int64_t number,
                                                        std::string head) {
    const request_key request{.forge = forge, .path = std::move(path), .number = number};
    co_return co_await parts_->queue().read<bool>(
        [&](database& in) { return core::result<bool>(has_head(in, request, head)); });
}

asio::awaitable<core::result<std::vector<std::string>>> journal::repositories(event::provider forge, std::size_t most) {
    co_return co_await parts_->queue().read<std::vector<std::string>>(
        [&](database& in) { return core::result<std::vector<std::string>>(select_repositories(in, forge, most)); });
}

asio::awaitable<core::result<closed>> journal::close_request(delivery what, event::provider forge, std::string path,
                                                             std::int64_t number, std::string reason) {
    const request_key request{.forge = forge, .path = std::move(path), .number = number};
    co_return co_await parts_->queue().write<closed>(
        [&](database& in) { return close_once(in, what, request, reason); });
}

asio::awaitable<core::result<job_record>> journal::cancel(std::string job, std::string reason) {
    co_return co_await parts_->queue().write<job_record>([&](database& in) { return cancel_once(in, job, reason); });
}

asio::awaitable<core::result<job_record>> journal::retry(std::string job, std::string fresh, core::wall_time now) {
    co_return co_await parts_->queue().write<job_record>([&](database& in) { return retry_once(in, job, fresh, now); });
}

asio::awaitable<core::result<std::size_t>> journal::prune(core::wall_time limit, std::size_t most) {
    co_return co_await parts_->queue().write<std::size_t>([&](database& in) { return prune_once(in, limit, most); });
}

asio::awaitable<core::result<std::vector<job_record>>> journal::list(job_filter which) {
    co_return co_await parts_->queue().read<std::vector<job_record>>(
        [&](database& in) { return select_page(in, which); });
}

asio::awaitable<core::result<std::vector<queue_entry>>> journal::queue() {
    co_return co_await parts_->queue().read<std::vector<queue_entry>>(
        [](database& in) { return core::result<std::vector<queue_entry>>(select_queue(in)); });
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
    return parts_->first().instance;
}

std::optional<core::wall_time> journal::last_in_use() const {
    return parts_->first().last_delivery;
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
