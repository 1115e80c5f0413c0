#include "http/response_text.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace familiar::http {

namespace {

void append_clean(std::string& out, std::string_view text) {
    for (const char character : text)
        if (static_cast<unsigned char>(character) >= 0x20 && character != 0x7f) out += character;
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
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                     days.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                                     months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                                     static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                     static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_wire(const response& answer, response_form form, core::wall_time now) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
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
