#include "e2e/support/records.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <stdexcept>

namespace familiar::test {

namespace {

constexpr int patience_ms = 10'000;

SQLite::Database open(const std::filesystem::path& database) {
    return {database.string(), SQLite::OPEN_READONLY, patience_ms};
}

std::optional<std::int64_t> maybe(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
}

job_row row_of(SQLite::Statement& query) {
    job_row row;
    row.id = query.getColumn("id").getString();
    row.state = query.getColumn("state").getString();
    row.kind = query.getColumn("kind").getString();
    row.path = query.getColumn("path").getString();
    row.number = query.getColumn("number").getInt64();
    row.attempt = query.getColumn("attempt").getInt();
    row.retry_of = query.getColumn("retry_of").getString();
    row.head = query.getColumn("head").getString();
    row.created_at = maybe(query.getColumn("created_at"));
    row.started_at = maybe(query.getColumn("started_at"));
    row.deadline = maybe(query.getColumn("deadline"));
    row.finished_at = maybe(query.getColumn("finished_at"));
    row.outcome = query.getColumn("outcome").getString();
    row.reason = query.getColumn("reason").getString();
    if (const auto code = maybe(query.getColumn("exit_code"))) row.exit_code = static_cast<int>(*code);
    row.container = query.getColumn("container").getString();
    row.log = query.getColumn("log").getString();
    row.last_lines = query.getColumn("last_lines").getString();
    return row;
}

}  // namespace

std::vector<job_row> jobs_in(const std::filesystem::path& database) {
    auto opened = open(database);
    SQLite::Statement query(opened, "select * from jobs order by id");
    std::vector<job_row> rows;
    while (query.executeStep()) rows.push_back(row_of(query));
    return rows;
}

job_row job_in(const std::filesystem::path& database, const std::string& id) {
    auto opened = open(database);
    SQLite::Statement query(opened, "select * from jobs where id = ?");
    query.bind(1, id);
    if (!query.executeStep()) throw std::runtime_error("no job " + id + " in " + database.string());
    return row_of(query);
}

std::vector<std::string> deliveries_in(const std::filesystem::path& database) {
    auto opened = open(database);
    SQLite::Statement query(opened, "select id from deliveries");
    std::vector<std::string> ids;
    while (query.executeStep()) ids.push_back(query.getColumn(0).getString());
    return ids;
}

}  // namespace familiar::test
