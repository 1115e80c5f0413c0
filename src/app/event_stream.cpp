#include "app/event_stream.hpp"

#include "core/utf8.hpp"

#include <cstddef>
#include <utility>

namespace familiar::app {

namespace {

/// A line of more bytes comes in several events, so that a log without line ends is not held in memory.
constexpr std::size_t longest_line = std::size_t{64} * 1024;

/// Where a text may be cut at its end without parting the bytes of one UTF-8 character: `text` less those of a
/// character that is not complete. A character has four bytes at most.
std::size_t whole_characters(std::string_view text) {
    for (std::size_t back = 1; back <= 4 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xc0) == 0x80) continue;
        const std::size_t length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return length > back ? text.size() - back : text.size();
    }
    return text.size();
}

void append_data(std::string& events, std::string_view line) {
    events += "data: ";
    events += core::to_valid_utf8(line);
    events += "\n\n";
}

}  // namespace

std::string to_event(std::string_view name, std::string_view data) {
    std::string text = "event: " + std::string(name) + "\n";
    append_data(text, data);
    return text;
}

std::string line_events::feed(std::string_view piece) {
    std::string events;
    while (!piece.empty()) {
        if (std::exchange(after_cr_, false) && piece.front() == '\n') {
            piece.remove_prefix(1);
            continue;
        }
        const auto end = piece.find_first_of("\r\n");
        begun_ += piece.substr(0, end);
        cut_long_line(events);
        if (end == std::string_view::npos) break;
        after_cr_ = piece[end] == '\r';
        piece.remove_prefix(end + 1);
        end_line(events);
    }
    return events;
}

std::string line_events::finish() {
    std::string events;
    if (!begun_.empty()) end_line(events);
    return events;
}

void line_events::end_line(std::string& events) {
    append_data(events, begun_);
    begun_.clear();
}

void line_events::cut_long_line(std::string& events) {
    while (begun_.size() > longest_line) {
        const auto part = whole_characters(std::string_view(begun_).substr(0, longest_line));
        append_data(events, std::string_view(begun_).substr(0, part));
        begun_.erase(0, part);
    }
}

std::vector<received_event> event_reader::feed(std::string_view piece) {
    std::vector<received_event> complete;
    for (const char byte : piece) {
        const bool second_of_pair = std::exchange(after_cr_, byte == '\r') && byte == '\n';
        if (second_of_pair) continue;
        if (byte == '\r' || byte == '\n')
            take_line(complete);
        else
            line_ += byte;
    }
    return complete;
}

void event_reader::take_line(std::vector<received_event>& complete) {
    const auto line = std::exchange(line_, {});
    if (line.empty()) {
        if (has_data_) {
            if (begun_.name.empty()) begun_.name = "message";
            complete.push_back(std::move(begun_));
        }
        begun_ = {};
        has_data_ = false;
        return;
    }
    const auto colon = line.find(':');
    const auto field = line.substr(0, colon);
    auto value = colon == std::string::npos ? std::string() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "event") begun_.name = std::move(value);
    if (field == "data") {
        begun_.data += (has_data_ ? "\n" : "") + value;
        has_data_ = true;
    }
}

}  // namespace familiar::app
