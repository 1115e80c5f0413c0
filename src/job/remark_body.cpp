#include "job/remark_body.hpp"

#include "job/plain_text.hpp"

#include <algorithm>

namespace familiar::job {

namespace {

constexpr std::string_view separator = "<!-- familiar:earlier -->";
constexpr std::string_view item = "- ";
constexpr std::string_view blank = " \t\r\n";

std::string_view without_trailing_blanks(std::string_view text) {
    const auto last = text.find_last_not_of(blank);
    return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(without_trailing_blanks(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

std::string remark_body(const remark_mark& mark, std::string_view text, const std::vector<std::string>& earlier) {
    auto body = write_mark(mark) + "\n" + std::string(without_trailing_blanks(text)) + "\n";
    if (earlier.empty()) return body;
    body.append("\n").append(separator).append("\n<details><summary>Earlier</summary>\n\n");
    for (std::size_t i = 0; i < std::min(earlier.size(), most_earlier_lines); ++i)
        body.append(item).append(cut(earlier[i], longest_earlier_line)).append("\n");
    return body + "\n</details>\n";
}

std::vector<std::string> earlier_of(std::string_view body) {
    std::vector<std::string> earlier;
    const auto lines = lines_of(body);
    for (auto line = std::ranges::find(lines, separator); line != lines.end(); ++line)
        if (line->starts_with(item)) earlier.emplace_back(line->substr(item.size()));
    return earlier;
}

std::vector<std::string> earlier_with(std::string_view body) {
    auto earlier = earlier_of(body);
    const auto lines = lines_of(body);
    const auto first =
        std::ranges::find_if(lines, [](std::string_view line) { return !line.empty() && !line.starts_with("<!--"); });
    if (first != lines.end()) earlier.insert(earlier.begin(), std::string(*first));
    if (earlier.size() > most_earlier_lines) earlier.resize(most_earlier_lines);
    return earlier;
}

bool same_body(std::string_view one, std::string_view other) {
    return lines_of(without_trailing_blanks(one)) == lines_of(without_trailing_blanks(other));
}

}  // namespace familiar::job
