#include "core/surrogates.hpp"

#include <charconv>
#include <cstddef>

namespace familiar::core {

namespace {

constexpr std::size_t escape_length = 6;  // \uXXXX

/// The code unit of a `\uXXXX` that begins at `place`; 0 if none does.
unsigned code_unit(std::string_view text, std::size_t place) {
    if (place + escape_length > text.size() || text[place] != '\\' || text[place + 1] != 'u') return 0;
    unsigned unit = 0;
    const auto* first = text.data() + place + 2;
    const auto* last = first + 4;
    const auto [end, failed] = std::from_chars(first, last, unit, 16);
    return failed == std::errc{} && end == last ? unit : 0;
}

bool is_leading(unsigned unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_trailing(unsigned unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

std::string replace_lone_surrogates(std::string_view json_text) {
    std::string text(json_text);
    for (auto place = text.find('\\'); place != std::string::npos; place = text.find('\\', place)) {
        const auto unit = code_unit(text, place);
        if (is_leading(unit) && is_trailing(code_unit(text, place + escape_length))) {
            place += 2 * escape_length;
        } else if (is_leading(unit) || is_trailing(unit)) {
            text.replace(place + 2, 4, "fffd");
            place += escape_length;
        } else {
            place += 2;  // past the escaped character, which may be a backslash
        }
    }
    return text;
}

}  // namespace familiar::core
