#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>

namespace familiar::core {

/// Appends `number` in decimal, with zeros before it up to `width` digits. A log line and an answer each hold a time of
/// six such numbers or more, for which snprintf takes three times as long.
inline void append_digits(std::string& text, std::unsigned_integral auto number, std::size_t width) {
    std::array<char, 20> digits{};
    auto first = digits.size();
    for (; number != 0 && first > 0; number /= 10) digits[--first] = static_cast<char>('0' + number % 10);
    while (first > 0 && digits.size() - first < width) digits[--first] = '0';
    text.append(digits.data() + first, digits.size() - first);
}

}  // namespace familiar::core
