#include "core/ulid.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <sys/random.h>
#include <system_error>

namespace familiar::core {

namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t time_digits = 10;
constexpr std::size_t random_digits = 16;

using random_part = std::array<std::uint8_t, random_digits>;  // five bits each

/// From the kernel: OpenSSL's generator takes four times as long for so few.
random_part fresh_random() {
    random_part digits{};
    if (getentropy(digits.data(), digits.size()) != 0)
        throw std::system_error(errno, std::system_category(), "no random bytes from the kernel");
    for (auto& digit : digits) digit &= 31;
    return digits;
}

void increment(random_part& digits) {
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        if (++*digit < 32) return;
        *digit = 0;
    }
}

}  // namespace

std::string make_ulid(wall_time time) {
    static std::int64_t last_time = -1;
    static random_part last_random{};

    auto stamp = time.time_since_epoch().count();
    if (stamp > last_time) {
        last_random = fresh_random();
        last_time = stamp;
    } else {
        increment(last_random);
        stamp = last_time;
    }

    std::string text(time_digits + random_digits, '0');
    auto remaining = static_cast<std::uint64_t>(stamp);
    for (std::size_t place = time_digits; place-- > 0; remaining >>= 5) text[place] = alphabet[remaining & 31];
    std::transform(last_random.begin(), last_random.end(), text.begin() + time_digits,
                   [](std::uint8_t digit) { return alphabet[digit]; });
    return text;
}

bool is_ulid(std::string_view text) {
    return text.size() == time_digits + random_digits && text.front() <= '7' &&
           text.find_first_not_of(alphabet) == std::string_view::npos;
}

}  // namespace familiar::core
