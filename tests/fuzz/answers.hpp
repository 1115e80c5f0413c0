#pragma once

#include "fuzz/require.hpp"
#include "fuzz/strict_http.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// What the server has sent, read as a client reads it.
namespace familiar::fuzz {

/// Takes an answer's body in chunks off the front; whatever there is, if it was cut.
inline void skip_chunks(std::string_view& wire) {
    if (!take_chunks(wire)) wire = {};
}

/// Who asked, as far as a strict reader of the requests knows.
enum class asker { head, other, unknown };

/// Takes one answer off the front and gives its status. A HEAD has no body; one that is refused before its method is
/// read may have, since its connection ends.
inline unsigned take_answer(std::string_view& wire, asker method) {
    const auto line = take_crlf_line(wire);
    require(line && line->starts_with("HTTP/1.1 ") && line->size() > 13 && (*line)[12] == ' ',
            "an answer begins with version, status and reason");
    const auto status = strict_number(line->substr(9, 3), 10);
    require(status && *status >= 100 && *status < 600, "a status has three digits");

    std::optional<std::size_t> length;
    bool chunked = false;
    for (;;) {
        const auto field = take_crlf_line(wire);
        require(field.has_value(), "an answer's header has an end");
        if (field->empty()) break;
        const auto colon = field->find(": ");
        require(colon != std::string_view::npos && is_token(field->substr(0, colon)), "a header is a name and a value");
        const auto name = field->substr(0, colon);
        const auto value = field->substr(colon + 2);
        if (name == "Content-Length") {
            require(!length, "an answer has one length");
            length = strict_number(value, 10);
            require(length.has_value(), "a length is a number");
        }
        if (name == "Transfer-Encoding") chunked = true;
    }
    require(!length || !chunked, "an answer's length is told in one way");
    if (*status < 200) return static_cast<unsigned>(*status);
    // No body here begins like an answer.
    const bool may_be_bare = method == asker::unknown || (method == asker::head && *status >= 300);
    if (method == asker::head && *status < 300) return static_cast<unsigned>(*status);
    if (may_be_bare && (wire.empty() || wire.starts_with("HTTP/1.1 "))) return static_cast<unsigned>(*status);
    if (chunked) {
        skip_chunks(wire);
    } else if (length) {
        require(*length <= wire.size(), "an answer is as long as it says");
        wire.remove_prefix(*length);
    } else {
        wire = {};
    }
    return static_cast<unsigned>(*status);
}

/// The statuses of all answers in `wire`, without the interim ones.
inline std::vector<unsigned> statuses_in(std::string_view wire, const std::vector<strict_request>& asked) {
    std::vector<unsigned> statuses;
    while (!wire.empty()) {
        const auto index = statuses.size();
        auto method = asker::unknown;
        if (index < asked.size()) method = asked[index].method == "HEAD" ? asker::head : asker::other;
        const auto status = take_answer(wire, method);
        if (status >= 200) statuses.push_back(status);
    }
    return statuses;
}

}  // namespace familiar::fuzz
