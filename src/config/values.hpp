#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a value of the configuration may be: each function gives a conversion for `section::read`, whose error says
/// what the value must be. Bounds are inclusive.
namespace familiar::config {

template <class T>
using conversion = std::function<core::result<T>(const std::string&)>;

/// errc::invalid.
core::error not_allowed(std::string message);

/// 'text', cut if it is long: a message is one short line.
std::string in_quotes(const std::string& text);

conversion<bool> boolean();  ///< true, false, yes, no, on, off
conversion<std::uint32_t> whole_number(std::uint32_t least, std::uint32_t most);
conversion<double> number(double least, double most);
conversion<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most);
conversion<std::chrono::milliseconds> duration_or_zero(std::chrono::milliseconds least, std::chrono::milliseconds most);
conversion<std::uint64_t> size(std::uint64_t least, std::uint64_t most);

/// Any text, several lines too.
conversion<std::string> text();

/// One line without control characters.
conversion<std::string> line();

/// Letters, digits and `extra`, the first no dash, since names end up as arguments of programs; `meaning` says what it
/// is
/// ("a docker network name").
conversion<std::string> word(std::string extra, std::string meaning, std::size_t longest = 255);

/// A path of this machine, made absolute in the current folder.
conversion<std::string> path();

/// A path of the engine's machine, where the current folder means nothing: absolute already.
conversion<std::string> absolute_path();

/// A URL with one of the schemes, a host (but for file), and no credentials, query or fragment; without slashes at its
/// end.
conversion<std::string> url(std::vector<std::string> schemes);

/// One of the words.
template <class E>
conversion<E> choice(std::vector<std::pair<std::string, E>> words) {
    return [words = std::move(words)](const std::string& text) -> core::result<E> {
        std::string all;
        for (const auto& [word, value] : words) {
            if (text == word) return value;
            all += (all.empty() ? "" : " | ") + word;
        }
        return not_allowed("must be " + all + ", not " + in_quotes(text));
    };
}

}  // namespace familiar::config
