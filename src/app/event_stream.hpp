#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Server-sent events (WHATWG HTML, "Server-sent events"): how a log is followed over HTTP.
namespace familiar::app {

/// One event under its own name. `data` is one line.
std::string to_event(std::string_view name, std::string_view data);

/// What is sent while there is nothing to say; readers skip it.
constexpr std::string_view keep_alive = ": keep-alive\n\n";

/// Makes one event of every line of a log, whatever pieces it comes in. Lines end with LF, CR LF or CR, as a progress
/// bar's do, since none of the three can stand within an event. Bytes that are no UTF-8 become U+FFFD.
class line_events {
public:
    /// The events of the lines that the piece ends.
    std::string feed(std::string_view piece);

    /// The log has ended: what there is of a line without an end is a line too.
    std::string finish();

private:
    void end_line(std::string& events);
    void cut_long_line(std::string& events);

    std::string begun_;
    bool after_cr_ = false;
};

struct received_event {
    std::string name;  ///< "message" if it has none
    std::string data;
};

/// Reads events back from the pieces in which they come.
class event_reader {
public:
    /// The events that the piece completes, in order.
    std::vector<received_event> feed(std::string_view piece);

private:
    void take_line(std::vector<received_event>& complete);

    std::string line_;
    bool after_cr_ = false;
    received_event begun_{};
    bool has_data_ = false;
};

}  // namespace familiar::app
