#include "http/response_text.hpp"

#include "core/digits.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>

namespace familiar::http {

namespace {

bool is_printable(char character) {
    return static_cast<unsigned char>(character) >= 0x20 && character != 0x7f;
}

void append_clean(std::string& out, std::string_view text) {
    if (std::ranges::all_of(text, is_printable))
        out += text;
    else
        std::ranges::copy_if(text, std::back_inserter(out), is_printable);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
    out += "\r\n";
}

}  // namespace

std::string to_http_date(core::wall_time time) {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    std::string text;
    text.reserve(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size());
    const auto append = [&text](auto number, std::size_t width, std::string_view then) {
        core::append_digits(text, static_cast<unsigned>(number), width);
        text += then;
    };
    text.append(days.at(std::chrono::weekday(day).c_encoding())).append(", ");
    append(unsigned(date.day()), 2, " ");
    text.append(months.at(unsigned(date.month()) - 1)).append(" ");
    append(int(date.year()), 4, " ");
    append(clock.hours().count(), 2, ":");
    append(clock.minutes().count(), 2, ":");
    append(clock.seconds().count(), 2, " GMT");
    return text;
}

std::string to_wire(const response& answer, response_form form, core::wall_time now) {
    constexpr std::size_t usual_head = 250;
    std::string out;
    out.reserve(usual_head + answer.body.size());
    out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
    out += boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(answer.status));
    out += "\r\n";
    append_header(out, "Date", to_http_date(now));
    if (!answer.content_type.empty()) append_header(out, "Content-Type", answer.content_type);
    if (!answer.stream)
        append_header(out, "Content-Length", std::to_string(answer.body.size()));
    else if (!form.http_1_0)
        append_header(out, "Transfer-Encoding", "chunked");
    for (const auto& [name, value] : answer.headers) append_header(out, name, value);
    if (!form.keep_alive)
        append_header(out, "Connection", "close");
    else if (form.http_1_0)
        append_header(out, "Connection", "keep-alive");
    out += "\r\n";
    if (!form.head && !answer.stream) out += answer.body;
    return out;
}

}  // namespace familiar::http
