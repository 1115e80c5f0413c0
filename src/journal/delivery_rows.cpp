#include "journal/delivery_rows.hpp"

#include <utility>

namespace familiar::journal {

using core::errc;

namespace {

core::error unreadable(const std::string& what) {
    return core::fail(errc::storage_failed, "the journal's " + what + " cannot be read back");
}

core::result<delivery> read_delivery(const query& row) {
    const auto forge = event::parse_provider(row.text(0));
    if (!forge) return unreadable("delivery " + row.text(1));
    return delivery{
        .forge = *forge, .id = row.text(1), .event_name = row.text(2), .body = row.text(3), .received = row.time(4)};
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
    row.blob(what.body).text_or_null(job);
    row.run();
}

void point_delivery(database& in, event::provider forge, const std::string& id, const std::string& job) {
    auto row = in.use("update deliveries set job = ?1 where id = ?2 and forge = ?3");
    row << job << id << event::to_text(forge);
    row.run();
}

void hand_deliveries(database& in, const std::string& from, const std::string& to) {
    auto rows = in.use("update deliveries set job = ?1 where job = ?2");
    rows << to << from;
    rows.run();
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

std::size_t delete_deliveries(database& in, core::wall_time limit, std::size_t most) {
    auto rows = in.use(
        "delete from deliveries where rowid in (select rowid from deliveries indexed by deliveries_without_job "
        "where job is null and received < ?1 order by received limit ?2)");
    rows << limit << std::int64_t(most);
    return std::size_t(rows.run());
}

}  // namespace familiar::journal
