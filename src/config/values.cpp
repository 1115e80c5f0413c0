#include "config/values.hpp"

#include "config/size.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <sstream>

namespace familiar::config {

namespace {

using std::chrono::milliseconds;

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The whole text as a number.
template <class T>
std::optional<T> parse_number(const std::string& text) {
    T value{};
    const auto* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc{} || stopped != end) return std::nullopt;
    return value;
}

std::string shown(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

std::string range(milliseconds least, milliseconds most) {
    return " from " + core::to_text(least) + " to " + core::to_text(most);
}

}  // namespace

core::error not_allowed(std::string message) {
    return core::fail(core::errc::invalid, std::move(message));
}

std::string in_quotes(const std::string& text) {
    constexpr std::size_t longest = 60;
    return "'" + text.substr(0, longest) + (text.size() > longest ? "...'" : "'");
}

conversion<bool> boolean() {
    return [](const std::string& text) -> core::result<bool> {
        if (text == "true" || text == "True" || text == "TRUE" || text == "yes" || text == "on") return true;
        if (text == "false" || text == "False" || text == "FALSE" || text == "no" || text == "off") return false;
        return not_allowed("must be true or false, not " + in_quotes(text));
    };
}

conversion<std::uint32_t> whole_number(std::uint32_t least, std::uint32_t most) {
    return [=](const std::string& text) -> core::result<std::uint32_t> {
        const auto value = parse_number<std::uint32_t>(text);
        if (value && *value >= least && *value <= most) return *value;
        return not_allowed("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                           ", not " + in_quotes(text));
    };
}

conversion<double> number(double least, double most) {
    return [=](const std::string& text) -> core::result<double> {
        const auto value = parse_number<double>(text);
        if (value && *value >= least && *value <= most) return *value;
        return not_allowed("must be a number from " + shown(least) + " to " + shown(most) + ", not " + in_quotes(text));
    };
}

conversion<milliseconds> duration(milliseconds least, milliseconds most) {
    return [=](const std::string& text) -> core::result<milliseconds> {
        const auto value = core::parse_duration(text);
        if (!value) return not_allowed("must be a duration such as 90s, 30m or 1h30m, not " + in_quotes(text));
        if (*value >= least && *value <= most) return *value;
        return not_allowed("must be" + range(least, most) + ", not " + in_quotes(text));
    };
}

conversion<milliseconds> duration_or_zero(milliseconds least, milliseconds most) {
    return [=](const std::string& text) -> core::result<milliseconds> {
        const auto value = core::parse_duration(text);
        if (!value) return not_allowed("must be a duration such as 90s, 30m or 1h30m, or 0, not " + in_quotes(text));
        if (*value == milliseconds(0) || (*value >= least && *value <= most)) return *value;
        return not_allowed("must be 0 or" + range(least, most) + ", not " + in_quotes(text));
    };
}

conversion<std::uint64_t> size(std::uint64_t least, std::uint64_t most) {
    return [=](const std::string& text) -> core::result<std::uint64_t> {
        const auto value = parse_size(text);
        if (!value) return not_allowed("must be a size such as 512m, 25MiB or 4g, not " + in_quotes(text));
        if (*value >= least && *value <= most) return *value;
        return not_allowed("must be from " + size_to_text(least) + " to " + size_to_text(most) + ", not " +
                           in_quotes(text));
    };
}

conversion<std::string> text() {
    return [](const std::string& text) -> core::result<std::string> { return text; };
}

conversion<std::string> line() {
    return [](const std::string& text) -> core::result<std::string> {
        const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
        if (std::ranges::none_of(text, control)) return text;
        return not_allowed("must be one line without control characters");
    };
}

conversion<std::string> word(std::string extra, std::string meaning, std::size_t longest) {
    return [=](const std::string& text) -> core::result<std::string> {
        const auto allowed = [&](char c) { return is_word_character(c) || extra.find(c) != std::string::npos; };
        if (text.size() <= longest && !text.starts_with('-') && std::ranges::all_of(text, allowed)) return text;
        return not_allowed("must be " + meaning + " of letters, digits and " + extra + ", at most " +
                           std::to_string(longest) + " long and with no dash in front, not " + in_quotes(text));
    };
}

conversion<std::string> path() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.starts_with('~')) return not_allowed("~ means nothing here; write ${HOME} instead of it");
        return std::filesystem::absolute(text).lexically_normal().string();
    };
}

conversion<std::string> absolute_path() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.starts_with('~')) return not_allowed("~ means nothing here; write ${HOME} instead of it");
        if (text.starts_with('/')) return std::filesystem::path(text).lexically_normal().string();
        return not_allowed("must be an absolute path, as the Docker engine's machine sees it, not " + in_quotes(text));
    };
}

}  // namespace familiar::config
