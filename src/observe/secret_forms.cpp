#include "observe/secret_forms.hpp"

#include "core/secret.hpp"

#include <algorithm>
#include <string_view>

namespace familiar::observe {

namespace {

/// A single line of a longer secret (a private key) is one only if it cannot be ordinary text.
constexpr std::size_t shortest_line = 16;

/// What encoders leave as it is besides letters and digits: RFC 3986 (curl, git), Python's quote(), JavaScript's
/// encodeURIComponent().
constexpr auto unreserved_sets = {"-_.~", "-_.~/", "-_.~!*'()"};

bool is_alphanumeric(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

void append_hex(std::string& text, char character, std::string_view digits) {
    const auto byte = static_cast<unsigned char>(character);
    text += digits[byte >> 4];
    text += digits[byte & 15];
}

std::string url_encoded(std::string_view text, std::string_view unreserved, std::string_view digits) {
    std::string encoded;
    for (const char character : text) {
        if (is_alphanumeric(character) || unreserved.find(character) != std::string_view::npos) {
            encoded += character;
        } else {
            encoded += '%';
            append_hex(encoded, character, digits);
        }
    }
    return encoded;
}

/// A form's field: a blank is a plus sign (WHATWG URL, "application/x-www-form-urlencoded").
std::string form_encoded(std::string_view text) {
    auto encoded = url_encoded(text, "-_.* ", "0123456789ABCDEF");
    std::replace(encoded.begin(), encoded.end(), ' ', '+');
    return encoded;
}

/// `in_hex` are characters that the encoder also shows as \u00XX, as Go does for HTML, `escaped` those that it puts a
/// backslash before, as PHP does for '/'.
std::string json_escaped(std::string_view text, std::string_view in_hex, std::string_view escaped) {
    constexpr std::string_view named = "\n\r\t\b\f";
    constexpr std::string_view names = "nrtbf";
    std::string shown;
    for (const char character : text) {
        const auto name = named.find(character);
        if (name != std::string_view::npos) {
            shown += '\\';
            shown += names[name];
        } else if (static_cast<unsigned char>(character) < 0x20 || in_hex.find(character) != std::string_view::npos) {
            shown += "\\u00";
            append_hex(shown, character, "0123456789abcdef");
        } else {
            if (escaped.find(character) != std::string_view::npos) shown += '\\';
            shown += character;
        }
    }
    return shown;
}

/// What `secret` looks like inside the base 64 of something longer, `before` bytes (modulo 3) behind its start: only
/// those characters whose six bits are all the secret's.
std::string base64_inside(std::string_view secret, std::size_t before) {
    std::string padded(before, '\0');
    padded += secret;
    const auto first = (before * 8 + 5) / 6;
    const auto last = padded.size() * 8 / 6;
    return core::to_base64(padded).substr(first, last - first);
}

std::string url_safe(std::string base64) {
    std::replace(base64.begin(), base64.end(), '+', '-');
    std::replace(base64.begin(), base64.end(), '/', '_');
    return base64;
}

void add_lines(std::set<std::string>& forms, const std::string& secret) {
    for (std::size_t start = 0; start < secret.size();) {
        const auto end = std::min(secret.find('\n', start), secret.size());
        auto line = secret.substr(start, end - start);
        if (line.ends_with('\r')) line.pop_back();
        if (line.size() >= shortest_line && !line.starts_with("-----")) forms.insert(std::move(line));
        start = end + 1;
    }
}

}  // namespace

std::set<std::string> forms_of(const std::string& secret) {
    if (secret.size() < shortest_form) return {};
    std::set<std::string> forms{secret, form_encoded(secret), json_escaped(secret, "", "\"\\"),
                                json_escaped(secret, "<>&", "\"\\"), json_escaped(secret, "", "\"\\/")};
    for (const std::string_view unreserved : unreserved_sets)
        for (const std::string_view digits : {"0123456789ABCDEF", "0123456789abcdef"})
            forms.insert(url_encoded(secret, unreserved, digits));
    for (std::size_t before = 0; before < 3; ++before) {
        const auto encoded = base64_inside(secret, before);
        forms.insert(encoded);
        forms.insert(url_safe(encoded));
    }
    add_lines(forms, secret);
    std::erase_if(forms, [](const std::string& form) { return form.size() < shortest_form; });
    return forms;
}

}  // namespace familiar::observe
