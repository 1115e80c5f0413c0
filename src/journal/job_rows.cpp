#include "journal/job_rows.hpp"

#include "journal/job_json.hpp"
#include "journal/rules.hpp"

#include <utility>

namespace familiar::journal {

using core::errc;

namespace {

#define FAMILIAR_JOB_COLUMNS                                                                             \
    "id, state, kind, subject, attempt, retry_of, head, created_at, started_at, deadline, finished_at, " \
    "not_before, outcome, reason, exit_code, container, log, joined, meaning, waiting_since, "           \
    "last_lines, approved, summary, cost_usd, turns"

// Not among them: ended, kind and waiting_since. For each column that an update names, changed or not, SQLite takes the
// job out of every index that knows the column, and puts it in again.
#define FAMILIAR_STEP                                                                           \
    "state = ?1, attempt = ?2, head = ?3, started_at = ?4, deadline = ?5, finished_at = ?6, "   \
    "not_before = ?7, outcome = ?8, reason = ?9, exit_code = ?10, container = ?11, log = ?12, " \
    "last_lines = ?13, approved = ?14, summary = ?15, cost_usd = ?16, turns = ?17"

/// Binds the parameters of FAMILIAR_STEP and, as ?18, the id.
query& bind_step(query& row, const job_record& job) {
    return row << to_text(job.state) << std::int64_t(job.attempt) << job.head << job.started_at << job.deadline
               << job.finished_at << job.not_before << job.outcome << job.reason << job.exit_code << job.container
               << job.log << job.last_lines << job.approved << job.summary << job.cost_usd << job.turns << job.id;
}

/// Greater than every id.
constexpr std::string_view after_all_ids = "~";

core::error unreadable(const std::string& id) {
    return core::fail(errc::storage_failed, "the journal's job " + id + " cannot be read back");
}

core::error no_such_job(const std::string& id) {
    return core::fail(errc::not_found, "there is no job " + id);
}

/// Expects FAMILIAR_JOB_COLUMNS.
core::result<job_record> read_job(const query& row) {
    job_record job;
    job.id = row.text(0);
    const auto state = parse_job_state(row.text(1));
    const auto kind = event::parse_kind(row.text(2));
    auto subject = read_event(row.text(3));
    auto joined = read_events(row.text(17));
    if (!state || !kind || !subject || !joined) return unreadable(job.id);
    job.state = *state;
    job.kind = *kind;
    job.subject = std::move(*subject);
    job.joined = std::move(*joined);
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
    job.meaning = row.text(18);
    job.waiting_since = row.time(19);
    job.last_lines = row.text(20);
    job.approved = row.text(21);
    job.summary = row.text(22);
    job.cost_usd = row.maybe_real(23);
    job.turns = row.maybe_number(24);
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

const char* page_of(const job_filter& which) {
    if (which.state && !which.path.empty())
        return "select " FAMILIAR_JOB_COLUMNS
               " from jobs indexed by jobs_of_path where path = ?3 and state = ?4 and id < ?1 order by id desc limit "
               "?2";
    if (which.state)
        return "select " FAMILIAR_JOB_COLUMNS
               " from jobs indexed by jobs_of_state where state = ?3 and id < ?1 order by id desc limit ?2";
    if (!which.path.empty())
        return "select " FAMILIAR_JOB_COLUMNS
               " from jobs indexed by jobs_of_path where path = ?3 and id < ?1 order by id desc limit ?2";
    return "select " FAMILIAR_JOB_COLUMNS " from jobs where id < ?1 order by id desc limit ?2";
}

}  // namespace

void insert_job(database& into, const job_record& job) {
    const auto subject = event_text(job.subject);
    const auto joined = events_text(job.joined);
    const auto& request = job.subject.request;
    const auto waiting_since = job.waiting_since == core::wall_time{} ? job.created_at : job.waiting_since;
    auto row = into.use("insert into jobs (" FAMILIAR_JOB_COLUMNS
                        ", ended, forge, path, number, known_branch) values "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
                        "?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)");
    row << job.id << to_text(job.state) << event::to_text(job.kind) << subject << std::int64_t(job.attempt);
    row.text_or_null(job.retry_of);
    row << job.head << job.created_at << job.started_at << job.deadline << job.finished_at << job.not_before
        << job.outcome << job.reason << job.exit_code << job.container << job.log << joined;
    row.text_or_null(job.meaning) << waiting_since << job.last_lines << job.approved << job.summary << job.cost_usd
                                  << job.turns;
    row << std::int64_t(is_final(job.state)) << event::to_text(job.subject.repo.forge) << job.subject.repo.path
        << request.number << std::int64_t(knows_branch(request));
    row.run();
}

void update_job(database& in, const job_record& job) {
    // What has ended never goes on, so that before the end there is nothing to say of it.
    auto row = in.use(is_final(job.state) ? "update jobs set ended = 1, " FAMILIAR_STEP " where id = ?18"
                                          : "update jobs set " FAMILIAR_STEP " where id = ?18");
    bind_step(row, job).run();
}

void update_job_and_place(database& in, const job_record& job) {
    auto row = in.use("update jobs set kind = ?19, waiting_since = ?20, " FAMILIAR_STEP " where id = ?18");
    bind_step(row, job) << event::to_text(job.kind) << job.waiting_since;
    row.run();
}

void update_subject(database& in, const job_record& job) {
    const auto subject = event_text(job.subject);
    auto row = in.use("update jobs set subject = ?1, known_branch = ?2 where id = ?3");
    row << subject << std::int64_t(knows_branch(job.subject.request)) << job.id;
    row.run();
}

void update_joined(database& in, const job_record& job) {
    const auto joined = events_text(job.joined);
    auto row = in.use("update jobs set joined = ?1 where id = ?2");
    row << joined << job.id;
    row.run();
}

core::result<std::optional<job_record>> select_job(database& in, const std::string& id) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS " from jobs where id = ?1");
    row << id;
    return read_only_job(std::move(row));
}

core::result<job_record> require_job(database& in, const std::string& id) {
    auto selected = select_job(in, id);
    if (!selected) return selected.error();
    std::optional<job_record>& job = *selected;
    if (!job) return no_such_job(id);
    return std::move(*job);
}

core::result<job_state> require_state(database& in, const std::string& id) {
    auto row = in.use("select state from jobs where id = ?1");
    row << id;
    if (!row.next()) return no_such_job(id);
    const auto state = parse_job_state(row.text(0));
    if (!state) return unreadable(id);
    return *state;
}

core::result<std::vector<job_record>> select_jobs_like(database& in, const std::string& prefix) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS " from jobs where id >= ?1 order by id limit 2");
    row << prefix;
    auto jobs = read_jobs(std::move(row));
    if (jobs) std::erase_if(*jobs, [&](const job_record& job) { return !job.id.starts_with(prefix); });
    return jobs;
}

core::result<std::vector<job_record>> select_page(database& in, const job_filter& which) {
    auto rows = in.use(page_of(which));
    rows << (which.before.empty() ? after_all_ids : std::string_view(which.before)) << std::int64_t(which.limit);
    if (!which.path.empty()) rows << which.path;
    if (which.state) rows << to_text(*which.state);
    return read_jobs(std::move(rows));
}

core::result<std::vector<job_record>> select_unfinished(database& in) {
    return read_jobs(in.use("select " FAMILIAR_JOB_COLUMNS
                            " from jobs indexed by jobs_in_work where ended = 0 and state <> 'queued' "
                            "order by created_at, id"));
}

core::result<std::vector<job_record>> select_held(database& in, const request_key& request) {
    auto rows = in.use("select " FAMILIAR_JOB_COLUMNS
                       " from jobs indexed by jobs_live where forge = ?1 and path = ?2 and number = ?3 and ended = 0 "
                       "and state = 'held' order by created_at, id");
    rows << event::to_text(request.forge) << request.path << request.number;
    return read_jobs(std::move(rows));
}

core::result<std::vector<job_record>> select_to_tell(database& in, std::size_t most) {
    auto rows = in.use("select " FAMILIAR_JOB_COLUMNS
                       " from jobs indexed by jobs_to_tell where (ended = 1 and told <> 'ended') or "
                       "(state = 'held' and told = '') order by created_at, id limit ?1");
    rows << std::int64_t(most);
    return read_jobs(std::move(rows));
}

core::result<std::optional<job_record>> select_last_known(database& in, event::provider forge, const std::string& path,
                                                          std::int64_t number) {
    auto row = in.use("select " FAMILIAR_JOB_COLUMNS
                      " from jobs indexed by jobs_of_branch where forge = ?1 and path = ?2 and number = ?3 and "
                      "known_branch = 1 order by created_at desc, id desc limit 1");
    row << event::to_text(forge) << path << number;
    return read_only_job(std::move(row));
}

std::size_t delete_jobs(database& in, core::wall_time limit, std::size_t most) {
    auto rows = in.use(
        "delete from jobs where rowid in (select rowid from jobs indexed by jobs_ended where ended = 1 and "
        "finished_at < ?1 and not exists (select 1 from deliveries where deliveries.job = jobs.id and received >= ?1) "
        "order by finished_at limit ?2)");
    rows << limit << std::int64_t(most);
    return std::size_t(rows.run());
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
