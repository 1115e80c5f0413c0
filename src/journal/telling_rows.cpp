#include "journal/telling_rows.hpp"

namespace familiar::journal {

void insert_approval(database& into, const approval& what, core::wall_time now) {
    auto row =
        into.use("insert or ignore into approvals (forge, path, number, head, by, at) values (?1, ?2, ?3, ?4, ?5, ?6)");
    row << event::to_text(what.forge) << what.path << what.number << what.head << what.by << now;
    row.run();
}

bool has_approval(database& in, const request_key& request, const std::string& head) {
    auto row = in.use("select 1 from approvals where forge = ?1 and path = ?2 and number = ?3 and head = ?4");
    row << event::to_text(request.forge) << request.path << request.number << head;
    return row.next();
}

void note_told(database& in, const std::string& id, job_state state) {
    auto row = in.use(is_final(state) ? "update jobs set told = 'ended' where id = ?1 and ended = 1"
                                      : "update jobs set told = 'held' where id = ?1 and told = ''");
    row << id;
    row.run();
}

void insert_own_head(database& into, const request_key& request, const std::string& head, core::wall_time now) {
    auto row = into.use("insert or ignore into own_heads (forge, path, number, head, at) values (?1, ?2, ?3, ?4, ?5)");
    row << event::to_text(request.forge) << request.path << request.number << head << now;
    row.run();
}

std::size_t delete_old_heads(database& in, core::wall_time limit) {
    int deleted = 0;
    for (const char* statement : {"delete from approvals where at < ?1", "delete from own_heads where at < ?1"}) {
        auto rows = in.use(statement);
        rows << limit;
        deleted += rows.run();
    }
    return std::size_t(deleted);
}

bool has_head(database& in, const request_key& request, const std::string& head) {
    auto own = in.use("select 1 from own_heads where forge = ?1 and path = ?2 and number = ?3 and head = ?4");
    own << event::to_text(request.forge) << request.path << request.number << head;
    if (own.next()) return true;
    auto row = in.use(
        "select 1 from jobs indexed by jobs_of_head where forge = ?1 and path = ?2 and number = ?3 and "
        "kind in ('mr_opened', 'mr_updated') and (head = ?4 or json_extract(subject, '$.merge_request.head') = ?4) "
        "limit 1");
    row << event::to_text(request.forge) << request.path << request.number << head;
    return row.next();
}

std::vector<std::string> select_repositories(database& in, event::provider forge, std::size_t most) {
    auto rows = in.use("select path from jobs where forge = ?1 group by path order by max(created_at) desc limit ?2");
    rows << event::to_text(forge) << std::int64_t(most);
    std::vector<std::string> paths;
    while (rows.next()) paths.push_back(rows.text(0));
    return paths;
}

std::optional<core::wall_time> select_last_delivery(database& in) {
    auto row = in.use("select received from deliveries order by rowid desc limit 1");
    if (!row.next()) return std::nullopt;
    return row.time(0);
}

}  // namespace familiar::journal
