#include "journal/request_rows.hpp"

namespace familiar::journal {

namespace {

#define FAMILIAR_QUEUE_COLUMNS "id, forge, path, number, kind, created_at, waiting_since, not_before"

std::vector<queue_entry> read_entries(query rows) {
    std::vector<queue_entry> entries;
    while (rows.next()) {
        queue_entry entry;
        entry.id = rows.text(0);
        entry.forge = event::parse_provider(rows.text(1)).value_or(entry.forge);
        entry.path = rows.text(2);
        entry.number = rows.number(3);
        entry.kind = event::parse_kind(rows.text(4)).value_or(entry.kind);
        entry.created_at = rows.time(5);
        entry.waiting_since = rows.time(6);
        entry.not_before = rows.maybe_time(7);
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace

request_key request_of(const job_record& job) {
    const auto& [forge, path, branch] = job.subject.repo;
    return {.forge = forge, .path = path, .number = job.subject.request.number};
}

std::vector<live_job> select_live(database& in, const request_key& request) {
    auto rows = in.use(
        "select id, state, outcome <> '' from jobs indexed by jobs_live "
        "where forge = ?1 and path = ?2 and number = ?3 and ended = 0 order by waiting_since, id");
    rows << event::to_text(request.forge) << request.path << request.number;
    std::vector<live_job> live;
    while (rows.next())
        if (const auto state = parse_job_state(rows.text(1)))
            live.push_back({.id = rows.text(0), .state = *state, .outcome_decided = rows.number(2) != 0});
    return live;
}

std::vector<queue_entry> select_waiting(database& in, const request_key& request) {
    auto rows = in.use("select " FAMILIAR_QUEUE_COLUMNS
                       " from jobs indexed by jobs_live where forge = ?1 and path = ?2 and number = ?3 and ended = 0 "
                       "and state = 'queued' order by waiting_since, id");
    rows << event::to_text(request.forge) << request.path << request.number;
    return read_entries(std::move(rows));
}

std::vector<queue_entry> select_queue(database& in) {
    return read_entries(in.use("select " FAMILIAR_QUEUE_COLUMNS
                               " from jobs indexed by jobs_queue where state = 'queued' order by waiting_since, id"));
}

std::size_t count_let_in(database& in, const request_key& request, core::wall_time since) {
    auto rows = in.use(
        "select count(*) from jobs indexed by jobs_let_in where forge = ?1 and path = ?2 and number = ?3 and "
        "created_at > ?4 and state <> 'received' and state <> 'held' and state <> 'refused' and state <> 'superseded'");
    rows << event::to_text(request.forge) << request.path << request.number << since;
    return rows.next() ? std::size_t(rows.number(0)) : 0;
}

bool end_job(database& in, const std::string& id, job_state state, const std::string& reason, core::wall_time now) {
    auto row = in.use(
        "update jobs set state = ?1, ended = 1, outcome = ?1, reason = ?2, finished_at = ?3, not_before = null "
        "where id = ?4 and ended = 0");
    row << to_text(state) << reason << now << id;
    return row.run() > 0;
}

void decide_outcome(database& in, const std::string& id, job_state outcome, const std::string& reason) {
    auto row = in.use("update jobs set outcome = ?1, reason = ?2 where id = ?3");
    row << to_text(outcome) << reason << id;
    row.run();
}

}  // namespace familiar::journal
