#include "http/head_scan.hpp"

#include <algorithm>
#include <string>

namespace familiar::http {

namespace {

/// A request line ends in its version, which in HTTP/0.9 it does not have; HTTP/2 begins with a line that does.
std::optional<response> refuse_version(std::string_view request_line) {
    const auto version = request_line.substr(request_line.rfind(' ') + 1);
    if (version == "HTTP/1.1" || version == "HTTP/1.0") return {};
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
        is_digit(version[7]))
        return error(505, "HTTP/1.1 and HTTP/1.0 are spoken here");
    return error(400, "malformed request: a request line without a version");
}

}  // namespace

std::optional<response> head_scan::look(std::string_view bytes) {
    const auto whole = bytes.substr(0, bounds_.max_header);
    while (length_ == 0 && looked_at_ < whole.size()) {
        if (after_cr_) {
            if (whole[looked_at_++] != '\n') return error(400, "malformed request: a CR that ends no line");
            after_cr_ = false;
            const auto line = whole.substr(line_begin_, looked_at_ - 2 - line_begin_);
            line_begin_ = looked_at_;
            if (auto refused = end_line(line)) return refused;
            continue;
        }
        const bool begins_field = looked_at_ == line_begin_ && lines_ > 0;
        if (begins_field && (whole[looked_at_] == ' ' || whole[looked_at_] == '\t'))
            return error(400, "malformed request: a folded header line");
        const auto* control = std::find_if(whole.begin() + looked_at_, whole.end(), is_control);
        looked_at_ = static_cast<std::size_t>(control - whole.begin());
        if (control == whole.end()) break;
        if (*control == '\n') return error(400, "malformed request: a line that ends without CR");
        if (*control != '\r') return error(400, "malformed request: a control character in its header");
        after_cr_ = true;
        ++looked_at_;
    }
    if (length_ == 0 && looked_at_ >= bounds_.max_header) return error(431, "the request's header is too large");
    return {};
}

std::optional<response> head_scan::end_line(std::string_view line) {
    if (lines_ > 0 && line.empty()) {
        length_ = looked_at_;
        return {};
    }
    if (lines_ == 0) {
        if (auto refused = refuse_version(line)) return refused;
    }
    if (lines_ > bounds_.max_fields)
        return error(431, "the request has more than " + std::to_string(bounds_.max_fields) + " header lines");
    ++lines_;
    return {};
}

}  // namespace familiar::http
