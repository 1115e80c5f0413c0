#include "config/env_file.hpp"

#include "config/interpolate.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace familiar::config {

namespace {

constexpr std::string_view blanks = " \t";

void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

/// What may follow a quoted value.
bool is_end(std::string_view rest) {
    const bool apart = rest.empty() || blanks.find(rest.front()) != std::string_view::npos;
    skip_blanks(rest);
    return apart && (rest.empty() || rest.front() == '#');
}

/// Takes '...' off the front, which are literal. Empty if the quote is not closed.
std::optional<std::string> take_single_quoted(std::string_view& text) {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return value;
}

/// Takes "..." off the front. Empty if the quote is not closed.
std::optional<std::string> take_double_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return value;
        }
        if (text[at] != '\\' || at + 1 == text.size()) {
            value += text[at];
            continue;
        }
        switch (const char escaped = text[++at]; escaped) {
            case 'n':
                value += '\n';
                break;
            case 't':
                value += '\t';
                break;
            case '"':
            case '\\':
            case '$':
                value += escaped;
                break;
            default:
                (value += '\\') += escaped;
        }
    }
    return std::nullopt;
}

/// Everything up to a comment, without the blanks before it.
std::string bare(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool blank = blanks.find(text[at]) != std::string_view::npos;
        if (text[at] == '#' && (at == 0 || blanks.find(text[at - 1]) != std::string_view::npos)) break;
        if (!blank) end = at + 1;
    }
    return std::string(text.substr(0, end));
}

class reader {
public:
    explicit reader(std::string file_name) : file_(std::move(file_name)) {}

    void read_line(std::string_view line) {
        ++number_;
        const auto whole = line;
        const auto fail = [&](std::string message) {
            done.errors.push_back({file_, number_, int(whole.size() - line.size()) + 1, std::move(message)});
        };
        skip_blanks(line);
        if (line.empty() || line.front() == '#') return;
        if (line.starts_with("export ") || line.starts_with("export\t")) {
            line.remove_prefix(7);
            skip_blanks(line);
        }
        const auto equals = line.find('=');
        const auto name = line.substr(0, equals);
        if (equals == std::string_view::npos || !is_variable_name(name))
            return fail("must be NAME=value, with no blank before the equals sign");
        line.remove_prefix(equals + 1);
        skip_blanks(line);
        done.variables.insert_or_assign(std::string(name), read_value(line, fail));
    }

    env_file done;

private:
    template <class Fail>
    static std::string read_value(std::string_view& line, const Fail& fail) {
        if (!line.starts_with('\'') && !line.starts_with('"')) return bare(line);
        auto value = line.front() == '"' ? take_double_quoted(line) : take_single_quoted(line);
        if (!value)
            fail("the quote is not closed in this line");
        else if (!is_end(line))
            fail("text after the closing quote; a comment needs a blank before its #");
        return value.value_or("");
    }

    std::string file_;
    int number_ = 0;
};

}  // namespace

env_file parse_env_file(const std::string& text, const std::string& file_name) {
    reader lines(file_name);
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.read_line(line);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::move(lines.done);
}

}  // namespace familiar::config
