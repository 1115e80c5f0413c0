#include "journal/rows.hpp"

#include "journal/rules.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace familiar::journal {

using core::errc;

namespace {

#define FAMILIAR_JOB_COLUMNS                                                                             \
    "id, state, kind, subject, attempt, retry_of, head, created_at, started_at, deadline, finished_at, " \
    "not_before, outcome, reason, exit_code, container, log"

core::error unreadable(std::string what) {
    return core::fail(errc::storage_failed, "the journal's " + std::move(what) + " cannot be read back");
}

core::result<event::event> read_subject(const std::string& text) {
    boost::json::parse_options options;
    options.allow_invalid_utf8 = true;  // to_json hands on what a forge sent, from_json mends it
    boost::json::error_code error;
    const auto value = boost::json::parse(text, error, {}, options);
    if (error || !value.is_object()) return core::fail(errc::invalid, "no JSON object");
    return event::from_json(value.get_object());
}

/// Expects FAMILIAR_JOB_COLUMNS.
core::result<job_record> read_job(const query& row) {
    job_record job;
    job.id = row.text(0);
    const auto state = parse_job_state(row.text(1));
    const auto kind = event::parse_kind(row.text(2));
    auto subject = read_subject(row.text(3));
    if (!state || !kind || !subject) return unreadable("job " + job.id);
    job.state = *state;
    job.kind = *kind;
    job.subject = std::move(*subject);
    job.attempt = int(row.number(4));
    job.retry_of = row.text(5);
    job.head = row.text(6);
    job.created_at = row.time(7);
    job.started_at = row.maybe_time(8);
    job.deadline = row.maybe_time(9);
    job.finished_at = row.maybe_time(10);
    job.not_before = row.maybe_time(11);
    job.outcome = row.text(12);
    job.reason = row.text(13);
    job.exit_code = row.maybe_number(14);
    job.container = row.text(15);
    job.log = row.text(16);
    return job;
}

core::result<std::vector<job_record>> read_jobs(query rows) {
    std::vector<job_record> jobs;
    while (rows.next()) {
        auto job = read_job(rows);
        if (!job) return job.error();
        jobs.push_back(std::move(*job));
    }
    return jobs;
}

core::result<std::optional<job_record>> read_only_job(query rows) {
    auto jobs = read_jobs(std::move(rows));
    if (!jobs) return jobs.error();
    if (jobs->empty()) return std::optional<job_record>();
    return std::optional<job_record>(std::move(jobs->front()));
}

core::result<delivery> read_delivery(const query& row) {
    const auto forge = event::parse_provider(row.text(0));
    if (!forge) return unreadable("delivery " + row.text(1));
    return delivery{
        .forge = *forge, .id = row.text(1), .event_name = row.text(2), .body = row.text(3), .received = row.time(4)};
}

void bind_or_null(query& row, const std::string& text) {
    if (text.empty()) {
        row.null();
    } else {
        row << text;
    }
}

}  // namespace

core::result<std::optional<known_delivery>> look_up(database& in, event::provider forge, const std::string& id) {
    auto row = in.use(
        "select jobs.id, jobs.state from deliveries left join jobs on jobs.id = deliveries.job "
        "where deliveries.id = ?1 and deliveries.forge = ?2");
    row << id << event::to_text(forge);
    if (!row.next()) return std::optional<known_delivery>();
    known_delivery known{.job = row.text(0), .state = {}};
    if (row.is_null(0)) return std::optional(std::move(known));
    known.state = parse_job_state(row.text(1));
    if (!known.state) return unreadable("job " + known.job);
    return std::optional(std::move(known));
}

void insert_delivery(database& into, const delivery& what, const std::string& job) {
    auto row =
        into.use("insert into deliveries (forge, id, event_name, received, body, job) values (?1, ?2, ?3, ?4, ?5, ?6)");
    row << event::to_text(what.forge) << what.id << what.event_name << what.received;
    row.blob(what.body);
    bind_or_null(row, job);
    row.run();
}

void point_delivery(database& in, event::provider forge, const std::string& id, const std::string& job) {
    auto row = in.use("update deliveries set job = ?1 where id = ?2 and forge = ?3");
    row << job << id << event::to_text(forge);
    row.run();
}

core::result<std::optional<delivery>> select_delivery(database& in, std::optional<event::provider> forge,
                                                      const std::string& id) {
    auto row = in.use(
        "select forge, id, event_name, body, received from deliveries where id = ?1 and (?2 is null or forge = ?2)");
    row << id;
    if (forge) {
        row << event::to_text(*forge);
    } else {
        row.null();
    }
    if (!row.next()) return std::optional<delivery>();
    auto found = read_delivery(row);
    if (!found) return found.error();
    if (row.next()) return core::fail(errc::conflict, "both forges have a delivery " + id + "; say of which provider");
    return std::optional<delivery>(std::move(*found));
}

void insert_job(database& into, const job_record& job) {
    const auto subject = boost::json::serialize(event::to_json(job.subject));
    const auto& request = job.subject.request;
    auto row = into.use("insert into jobs (" FAMILIAR_JOB_COLUMNS
                        ", ended, forge, path, number, known_branch) values "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
                        "?18, ?19, ?20, ?21, ?22)");
    row << job.id << to_text(job.state) << event::to_text(job.kind) << subject << std::int64_t(job.attempt);
    bind_or_null(row, job.retry_of);
    row << job.head << job.created_at << job.started_at << job.deadline << job.finished_at << job.not_before
        << job.outcome << job.reason << job.exit_code << job.container << job.log;
    row << std::int64_t(is_final(job.state)) << event::to_text(job.subject.repo.forge) << job.subject.repo.path
        << request.number << std::int64_t(knows_branch(request));
    row.run();
}

void update_job(database& in, const job_record& job) {
    auto row = in.use(
        "update jobs set state = ?1, ended = ?2, attempt = ?3, head = ?4, started_at = ?5, deadline = ?6, "
        "finished_at = ?7, not_before = ?8, outcome = ?9, reason = ?10, exit_code = ?11, container = ?12, log = ?13 "
        "where id = ?14");
    row << to_text(job.state) << std::int64_t(is_final(job.state)) << std::int64_t(job.attempt) << job.head
        << job.started_at << job.deadline << job.finished_at << job.not_before << job.outcome << job.reason
        << job.exit_code << job.container << job.log << job.id;
    row.run();
}

void update_subject(database& in, const job_record& job) {
    const auto subject = boost::json::serialize(event::to_json(job.subject));
    auto row = in.use("update jobs set subject = ?1, known_branch = ?2 where id = ?3");
    row << subject << std::int64_t(knows_branch(job.subject.request)) << job.id;
    row.run();
}

core::result<std::optional<job_record>> select_job(database& in, const std::string& id) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS " from jobs where id = ?1");
    row << id;
    return read_only_job(std::move(row));
}

core::result<std::vector<job_record>> select_jobs_like(database& in, const std::string& prefix) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS " from jobs where id >= ?1 order by id limit 2");
    row << prefix;
    auto jobs = read_jobs(std::move(row));
    if (jobs) std::erase_if(*jobs, [&](const job_record& job) { return !job.id.starts_with(prefix); });
    return jobs;
}

core::result<std::vector<job_record>> select_unfinished(database& in) {
    return read_jobs(in.use("select " FAMILIAR_JOB_COLUMNS " from jobs where ended = 0 order by created_at, id"));
}

core::result<std::optional<job_record>> select_last_known(database& in, event::provider forge, const std::string& path,
                                                          std::int64_t number) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS
                      " from jobs where forge = ?1 and path = ?2 and number = ?3 and known_branch = 1 "
                      "order by created_at desc, id desc limit 1");
    row << event::to_text(forge) << path << number;
    return read_only_job(std::move(row));
}

std::string select_instance(database& in) {
    auto row = in.use("select value from meta where name = 'instance'");
    return row.next() ? row.text(0) : std::string();
}

void write_check(database& into, core::wall_time now) {
    auto row = into.use("insert or replace into meta values ('checked_at', ?1)");
    row << now;
    row.run();
}

}  // namespace familiar::journal
