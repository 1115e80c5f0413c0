#include "git/answer_trace.hpp"

#include "core/ulid.hpp"
#include "git/files.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace familiar::git {

namespace {

/// Enough for the headers of the last answers; curl takes no more than 300 KiB of headers for one.
constexpr std::streamoff longest_text = std::streamoff{512} * 1024;

/// The status of "HTTP/1.1 429 Too Many Requests" or "HTTP/2 429", 0 for what is none.
unsigned status_of(std::string_view status_line) {
    const auto space = status_line.find(' ');
    unsigned status = 0;
    if (space == status_line.npos) return 0;
    const auto number = status_line.substr(space + 1);
    std::from_chars(number.data(), number.data() + number.size(), status);
    return status;
}

/// The header in "19:16:05.767631 http.c:684   <= Recv header: Retry-After: 77"; empty for every other line.
std::string_view received_header(std::string_view line) {
    constexpr std::string_view mark = "<= Recv header: ";
    const auto at = line.find_first_of("<=");
    if (at == line.npos || !line.substr(at).starts_with(mark)) return {};
    return line.substr(at + mark.size());
}

}  // namespace

answer_trace::answer_trace(const std::filesystem::path& folder) : file_(folder / (core::make_ulid() + ".trace")) {
    if (!write_file(file_, {}, 0600)) file_.clear();
}

answer_trace::~answer_trace() {
    if (!file_.empty()) ::unlink(file_.c_str());
}

std::vector<process::environment_variable> answer_trace::environment() const {
    if (file_.empty()) return {};
    return {{"GIT_TRACE_CURL", file_.string()}, {"GIT_TRACE_CURL_NO_DATA", "1"}, {"GIT_TRACE_REDACT", "1"}};
}

std::string answer_trace::text() const {
    std::ifstream in(file_, std::ios::binary | std::ios::ate);
    if (!in) return {};
    in.seekg(std::max(std::streamoff(0), std::streamoff(in.tellg()) - longest_text));
    return {std::istreambuf_iterator<char>(in), {}};
}

core::wait_headers headers_of_answer(std::string_view trace, unsigned status) {
    core::wait_headers found;
    bool wanted = false;
    while (!trace.empty()) {
        const auto end = std::min(trace.find('\n'), trace.size());
        const auto header = received_header(trace.substr(0, end));
        trace.remove_prefix(std::min(end + 1, trace.size()));
        if (header.starts_with("HTTP/")) {
            wanted = status_of(header) == status;
            if (wanted) found = {};
        } else if (const auto colon = header.find(':'); wanted && colon != header.npos) {
            found.note(header.substr(0, colon), header.substr(colon + 1));
        }
    }
    return found;
}

}  // namespace familiar::git
