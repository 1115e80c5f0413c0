#include "app/job_query.hpp"

#include "core/ulid.hpp"
#include "http/query_parameter.hpp"

#include <boost/url/parse_query.hpp>

#include <charconv>
#include <cstddef>

namespace familiar::app {

namespace {

/// What one answer holds at most: some 300 KB.
constexpr std::size_t most = 500;

core::result<std::size_t> parse_limit(const std::string& text) {
    std::size_t limit = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, limit);
    if (read.ec != std::errc() || read.ptr != end || limit < 1 || limit > most)
        return core::fail(core::errc::invalid, "limit is a number from 1 to " + std::to_string(most));
    return limit;
}

}  // namespace

std::string job_states() {
    std::string all;
    for (int at = 0; at <= static_cast<int>(journal::job_state::refused); ++at) {
        if (at > 0) all += ", ";
        all += to_text(static_cast<journal::job_state>(at));
    }
    return all;
}

core::result<journal::job_filter> parse_job_query(const http::request& asked) {
    if (!boost::urls::parse_query(asked.query))
        return core::fail(core::errc::invalid, "the query is malformed: reserved characters are written as %XX");
    const auto value = [&](std::string_view name) { return http::query_parameter(asked, name).value_or(""); };

    journal::job_filter filter;
    if (const auto text = value("state"); !text.empty()) {
        filter.state = journal::parse_job_state(text);
        if (!filter.state) return core::fail(core::errc::invalid, "state is one of " + job_states());
    }
    filter.path = value("repository");
    if (const auto text = value("limit"); !text.empty()) {
        const auto limit = parse_limit(text);
        if (!limit) return limit.error();
        filter.limit = *limit;
    }
    filter.before = value("before");
    if (!filter.before.empty() && !core::is_ulid(filter.before))
        return core::fail(core::errc::invalid, "before is a job's whole id: `next` of the page before");
    return filter;
}

}  // namespace familiar::app
