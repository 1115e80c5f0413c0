#include "journal/meaning_rows.hpp"

#include "journal/rules.hpp"

#include <chrono>
#include <utility>

namespace familiar::journal {

namespace {

/// How long an event that comes again under another delivery's id is taken for the same.
constexpr std::chrono::hours memory{24};

/// Those about a head with whatever they mean, since another head in between tells two of one meaning apart; comments
/// by what they mean. Both have the same parameters.
const char* candidates(event::kind kind) {
    if (is_about_head(kind))
        return "select id, state, coalesce(meaning, '') from jobs indexed by jobs_of_head where forge = ?1 and "
               "path = ?2 and number = ?3 and kind in ('mr_opened', 'mr_updated') and created_at >= ?4 "
               "order by created_at desc, id desc";
    return "select coalesce(taker.id, jobs.id), coalesce(taker.state, jobs.state), jobs.meaning "
           "from jobs indexed by jobs_of_meaning left join jobs as taker on taker.id = jobs.joined_to "
           "where jobs.forge = ?1 and jobs.path = ?2 and jobs.number = ?3 and jobs.created_at >= ?4 and "
           "jobs.meaning = ?5 order by jobs.created_at desc, jobs.id desc";
}

}  // namespace

std::optional<known_job> select_same(database& in, const job_record& incoming) {
    if (incoming.meaning.empty()) return std::nullopt;
    const auto request = request_of(incoming);
    auto rows = in.use(candidates(incoming.kind));
    rows << event::to_text(request.forge) << request.path << request.number << incoming.created_at - memory;
    if (!is_about_head(incoming.kind)) rows << incoming.meaning;
    while (rows.next()) {
        const auto state = parse_job_state(rows.text(1));
        if (!state) continue;
        const auto found = compare(incoming.meaning, rows.text(2), *state);
        if (found == likeness::same) return known_job{.id = rows.text(0), .state = *state};
        if (found == likeness::different) return std::nullopt;
    }
    return std::nullopt;
}

bool has_moved_on(database& in, const std::string& job) {
    auto rows = in.use(
        "select 1 from jobs as old join jobs as later indexed by jobs_of_head on later.forge = old.forge and "
        "later.path = old.path and later.number = old.number and later.kind in ('mr_opened', 'mr_updated') and "
        "(later.created_at, later.id) > (old.created_at, old.id) where old.id = ?1 and "
        "old.kind in ('mr_opened', 'mr_updated') and later.meaning is not old.meaning limit 1");
    rows << job;
    return rows.next();
}

void forget_meanings(database& in, const request_key& request) {
    auto rows = in.use(
        "update jobs indexed by jobs_of_meaning set meaning = null "
        "where forge = ?1 and path = ?2 and number = ?3 and meaning is not null");
    rows << event::to_text(request.forge) << request.path << request.number;
    rows.run();
}

void note_joined(database& in, const std::string& job, const std::string& target) {
    auto row = in.use("update jobs set joined_to = ?1 where id = ?2");
    row << target << job;
    row.run();
}

std::optional<known_job> select_standing_retry(database& in, const std::string& job) {
    auto rows = in.use(
        "with recursive later (id) as (select id from jobs where retry_of = ?1 union "
        "select jobs.id from later join jobs on jobs.retry_of = later.id) "
        "select coalesce(taker.id, jobs.id), coalesce(taker.state, jobs.state) from later "
        "join jobs on jobs.id = later.id left join jobs as taker on taker.id = jobs.joined_to");
    rows << job;
    while (rows.next()) {
        const auto state = parse_job_state(rows.text(1));
        if (state && stands(*state)) return known_job{.id = rows.text(0), .state = *state};
    }
    return std::nullopt;
}

}  // namespace familiar::journal
