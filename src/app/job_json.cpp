#include "app/job_json.hpp"

#include "core/utf8.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace familiar::app {

namespace {

/// Texts come from payloads, agents and programs: JSON takes UTF-8 only.
boost::json::value text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return boost::json::value(core::to_valid_utf8(text));
}

boost::json::value time_or_null(const std::optional<core::wall_time>& time) {
    if (!time) return nullptr;
    return boost::json::value(core::to_rfc3339(*time));
}

boost::json::value number_or_null(const std::optional<int>& number) {
    if (!number) return nullptr;
    return *number;
}

/// A string for each line; none of an empty text.
boost::json::array lines_of(std::string_view text) {
    boost::json::array lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(core::to_valid_utf8(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

boost::json::object to_json(const journal::job_record& job, std::string_view waiting_for) {
    boost::json::object shown;
    shown["id"] = job.id;
    shown["state"] = to_text(job.state);
    shown["waiting_for"] = text_or_null(waiting_for);
    shown["not_before"] = time_or_null(job.not_before);
    shown["provider"] = to_text(job.subject.repo.forge);
    shown["repository"] = core::to_valid_utf8(job.subject.repo.path);
    shown["number"] = job.subject.request.number;
    shown["event"] = to_text(job.kind);
    shown["attempt"] = job.attempt;
    shown["retry_of"] = text_or_null(job.retry_of);
    shown["head"] = text_or_null(job.head);
    shown["created_at"] = core::to_rfc3339(job.created_at);
    shown["started_at"] = time_or_null(job.started_at);
    shown["deadline"] = time_or_null(job.deadline);
    shown["finished_at"] = time_or_null(job.finished_at);
    shown["outcome"] = text_or_null(job.outcome);
    shown["reason"] = text_or_null(job.reason);
    shown["exit_code"] = number_or_null(job.exit_code);
    shown["container"] = text_or_null(job.container);
    shown["log"] = text_or_null(job.log);
    shown["last_lines"] = lines_of(job.last_lines);
    return shown;
}

}  // namespace familiar::app
