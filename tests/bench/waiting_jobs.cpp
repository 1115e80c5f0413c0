#include "waiting_jobs.hpp"

#include "config/settings.hpp"
#include "job/keys.hpp"
#include "job/placing.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <map>
#include <utility>

namespace familiar::bench {

namespace {

const auto begin = *core::parse_time("2026-01-31T12:00:00Z");

std::string path_of(std::size_t index) {
    return "organisation/repository-" + std::to_string(index % 200);
}

core::wall_time time_of(std::size_t index) {
    return begin + std::chrono::milliseconds(index);
}

/// Everything is due at once and nothing is refused.
config::settings settings() {
    config::settings all;
    all.agents.debounce = std::chrono::milliseconds(0);
    all.triggers.max_jobs_per_hour = 0;
    return all;
}

/// Calls one number after the other, until the common counter has reached `to`.
boost::asio::awaitable<void> caller(std::size_t& next, std::size_t to,
                                    std::function<boost::asio::awaitable<void>(std::size_t)> work) {
    while (next < to) {
        const auto index = next++;
        co_await work(index);
    }
}

/// A job as it stands once it has been placed, in a single step, since so many take long enough.
boost::asio::awaitable<void> record_queued(journal::journal& into, std::size_t index) {
    auto job = received_job(index);
    job.state = journal::job_state::queued;
    (co_await into.record(delivery(index), std::move(job))).value();
}

}  // namespace

std::string id_of(std::size_t index) {
    auto id = std::to_string(index);
    return std::string(26 - id.size(), '0') + id;
}

job::waiting_job waiting_job(std::size_t index) {
    const auto repository = job::repository_key(event::provider::github, path_of(index));
    return {.id = id_of(index),
            .repository = repository,
            .merge_request = repository + "#" + std::to_string(index),
            .created = time_of(index),
            .waiting_since = time_of(index),
            .not_before = {}};
}

job::waiting_job waiting_job(const journal::queue_entry& entry) {
    return {.id = entry.id,
            .repository = job::repository_key(entry.forge, entry.path),
            .merge_request = job::merge_request_key(entry.forge, entry.path, entry.number),
            .created = entry.created_at,
            .waiting_since = entry.waiting_since,
            .not_before = entry.not_before};
}

journal::delivery delivery(std::size_t index) {
    return {.forge = event::provider::github,
            .id = "delivery-" + std::to_string(index),
            .event_name = "pull_request",
            .body = std::string(8192, 'x'),
            .received = time_of(index)};
}

journal::job_record received_job(std::size_t index) {
    journal::job_record job;
    job.id = id_of(index);
    job.kind = event::kind::mr_updated;
    job.created_at = time_of(index);
    job.waiting_since = time_of(index);
    auto& subject = job.subject;
    subject.what = event::action::updated;
    subject.delivery = "delivery-" + std::to_string(index);
    subject.repo.path = path_of(index);
    subject.repo.default_branch = "main";
    subject.request.number = static_cast<std::int64_t>(index);
    subject.request.title = "Mend the parser of the second kind";
    subject.request.description = std::string(500, 'x');
    subject.request.source_branch = "mend-the-parser";
    subject.request.source_path = subject.repo.path;
    subject.request.head_origin = event::origin::same_repository;
    subject.request.target_branch = "main";
    subject.request.head = std::string(40, 'a');
    subject.sender.login = "somebody";
    job.meaning = job::meaning_of(subject, "pull_request");
    return job;
}

boost::asio::awaitable<void> insert(journal::journal& into, std::size_t index) {
    static const auto rules = settings();
    journal::placement_rule rule = [now = time_of(index)](const auto& incoming, const auto& around) {
        return job::place(incoming, around, rules, now);
    };
    (co_await into.record(delivery(index), received_job(index), std::move(rule))).value();
}

void together(boost::asio::io_context& context, std::size_t from, std::size_t to, std::size_t callers,
              const std::function<boost::asio::awaitable<void>(std::size_t)>& work) {
    std::exception_ptr thrown;
    for (std::size_t i = 0; i < callers; ++i)
        boost::asio::co_spawn(context, caller(from, to, work), [&](std::exception_ptr failure) {
            if (failure && !thrown) thrown = std::move(failure);
        });
    context.run();
    context.restart();
    if (thrown) std::rethrow_exception(thrown);
}

std::filesystem::path database_with(std::size_t waiting) {
    static const test::temporary_directory all;
    static std::map<std::size_t, std::filesystem::path> made;
    const auto [at, is_new] = made.try_emplace(waiting, all / (std::to_string(waiting) + ".db"));
    if (is_new) {
        boost::asio::io_context context(1);
        const auto journal = journal::journal::open({.path = at->second}).value();
        together(context, 0, waiting, 500, [&](std::size_t index) { return record_queued(*journal, index); });
    }
    return at->second;
}

}  // namespace familiar::bench
