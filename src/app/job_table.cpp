#include "app/job_table.hpp"

#include "app/terminal_text.hpp"
#include "observe/escape.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace familiar::app {

namespace {

constexpr std::size_t shortest_id = 10;  ///< a ULID's time, to the millisecond
constexpr std::string_view gap = "  ";

/// A field's text; empty where it is null or missing.
std::string text_of(const boost::json::object& job, std::string_view name) {
    const auto* value = job.if_contains(name);
    if (value == nullptr || value->is_null() || (value->is_array() && value->get_array().empty())) return {};
    return observe::escape_control(value->is_string() ? std::string_view(value->get_string())
                                                      : std::string_view(boost::json::serialize(*value)));
}

std::string request_of(const boost::json::object& job) {
    return text_of(job, "repository") + "#" + text_of(job, "number");
}

/// "5s", "12m", "3h", "4d".
std::string age_of(const boost::json::object& job, core::wall_time now) {
    const auto created = core::parse_time(text_of(job, "created_at"));
    if (!created) return {};
    const auto seconds =
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - *created).count());
    if (seconds < 60) return std::to_string(seconds) + "s";
    if (seconds < 3600) return std::to_string(seconds / 60) + "m";
    if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + "h";
    return std::to_string(seconds / (24 * 3600)) + "d";
}

/// What there is to say beyond the state.
std::string remark_on(const boost::json::object& job) {
    if (const auto waits = text_of(job, "waiting_for"); !waits.empty()) return "waits for " + waits;
    const auto outcome = text_of(job, "outcome");
    const auto reason = text_of(job, "reason");
    if (outcome.empty() || outcome == text_of(job, "state")) return reason;
    return reason.empty() ? outcome : outcome + ": " + reason;
}

/// So much of an id that no two of the list look the same.
std::size_t id_width(const boost::json::array& jobs) {
    std::vector<std::string> ids;
    for (const auto& job : jobs) ids.push_back(text_of(job.as_object(), "id"));
    std::sort(ids.begin(), ids.end());
    std::size_t width = shortest_id;
    for (std::size_t at = 1; at < ids.size(); ++at) {
        const auto& one = ids[at - 1];
        const auto& other = ids[at];
        const auto differ = std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first;
        width = std::max(width, static_cast<std::size_t>(differ - one.begin()) + 1);
    }
    return width;
}

struct column {
    std::string_view title;
    std::size_t least;  ///< columns below which it is not shortened; 0: never
    int dispensable;    ///< the highest is left out first; 0: never
    std::string (*cut)(std::string_view text, std::size_t width);
    std::vector<std::string> cells{};
    std::size_t width = 0;

    std::size_t natural() const {
        std::size_t widest = width_of(title);
        for (const auto& cell : cells) widest = std::max(widest, width_of(cell));
        return widest;
    }
    std::size_t smallest() const { return least == 0 ? natural() : std::min(natural(), least); }
};

std::size_t total(const std::vector<column>& columns, std::size_t (column::*width)() const) {
    std::size_t sum = gap.size() * (columns.size() - 1);
    for (const auto& one : columns) sum += (one.*width)();
    return sum;
}

/// Leaves out what there is no room for.
void drop_dispensable(std::vector<column>& columns, std::size_t width) {
    for (;;) {
        const auto first = std::max_element(columns.begin(), columns.end(), [](const auto& one, const auto& other) {
            return one.dispensable < other.dispensable;
        });
        if (total(columns, &column::smallest) <= width || first->dispensable == 0) return;
        columns.erase(first);
    }
}

/// Gives the columns their widths: the smallest first, then an equal share of what is left to those that want more, and
/// what one of them does not need to the others.
void fit(std::vector<column>& columns, std::size_t width) {
    drop_dispensable(columns, width);
    const auto least = total(columns, &column::smallest);
    auto spare = width > least ? width - least : 0;
    for (auto& one : columns) one.width = one.smallest();
    for (;;) {
        std::vector<column*> wanting;
        for (auto& one : columns)
            if (one.width < one.natural()) wanting.push_back(&one);
        if (wanting.empty() || spare == 0) return;
        const auto share = std::max<std::size_t>(spare / wanting.size(), 1);
        for (auto* one : wanting) {
            const auto more = std::min({share, one->natural() - one->width, spare});
            one->width += more;
            spare -= more;
        }
    }
}

void append_line(std::string& text, const std::vector<column>& columns, const auto& cell_of) {
    std::string line;
    std::string blank;
    for (const auto& one : columns) {
        const auto cell = one.cut(cell_of(one), one.width);
        line += blank + cell;
        blank = std::string(one.width - std::min(one.width, width_of(cell)), ' ') + std::string(gap);
    }
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
}

std::string indented(const boost::json::array& lines) {
    std::string text;
    for (const auto& line : lines)
        text += "    " + (line.is_string() ? observe::escape_control(line.get_string()) : std::string()) + "\n";
    return text;
}

}  // namespace

std::string job_table(const boost::json::array& jobs, std::size_t width, core::wall_time now) {
    std::vector<column> columns{
        {"ID", 0, 0, cut_end},     {"STATE", 0, 0, cut_end}, {"MERGE REQUEST", 16, 0, cut_middle},
        {"EVENT", 0, 3, cut_end},  {"TRY", 0, 4, cut_end},   {"AGE", 0, 1, cut_end},
        {"REMARK", 12, 2, cut_end}};
    const auto id_size = id_width(jobs);
    for (const auto& value : jobs) {
        const auto& job = value.as_object();
        const std::array<std::string, 7> cells{text_of(job, "id").substr(0, id_size),
                                               text_of(job, "state"),
                                               request_of(job),
                                               text_of(job, "event"),
                                               text_of(job, "attempt"),
                                               age_of(job, now),
                                               remark_on(job)};
        for (std::size_t at = 0; at < cells.size(); ++at) columns[at].cells.push_back(cells[at]);
    }
    fit(columns, width);

    std::string text;
    append_line(text, columns, [](const column& one) { return std::string(one.title); });
    for (std::size_t row = 0; row < jobs.size(); ++row)
        append_line(text, columns, [row](const column& one) { return one.cells[row]; });
    return text;
}

std::string job_lines(const boost::json::object& job) {
    std::string text;
    for (const auto& field : job) {
        if (const auto* lines = field.value().if_array(); lines != nullptr && !lines->empty()) {
            text += std::string(field.key()) + ":\n" + indented(*lines);
            continue;
        }
        const auto value = text_of(job, field.key());
        text += std::string(field.key()) + ": " + (value.empty() ? "-" : value) + "\n";
    }
    return text;
}

}  // namespace familiar::app
