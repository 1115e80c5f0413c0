#include "http/head_scan.hpp"

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
    while (length_ == 0 && looked_at_ < bytes.size()) {
        if (looked_at_ >= bounds_.max_header) break;
        const bool begins_field = looked_at_ == line_begin_ && lines_ > 0;
        const char byte = bytes[looked_at_++];
        if (after_cr_) {
            if (byte != '\n') return error(400, "malformed request: a CR that ends no line");
            after_cr_ = false;
            const auto line = bytes.substr(line_begin_, looked_at_ - 2 - line_begin_);
            line_begin_ = looked_at_;
            if (auto refused = end_line(line)) return refused;
        } else if (byte == '\r') {
            after_cr_ = true;
        } else if (byte == '\n') {
            return error(400, "malformed request: a line that ends without CR");
        } else if (is_control(byte)) {
            return error(400, "malformed request: a control character in its header");
        } else if (begins_field && (byte == ' ' || byte == '\t')) {
            return error(400, "malformed request: a folded header line");
        }
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
