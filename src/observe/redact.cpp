#include "observe/redact.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace familiar::observe {

namespace {

/// Shorter forms occur in ordinary text by chance.
constexpr std::size_t shortest_form = 6;
/// A single line of a longer secret (a private key) is one only if it cannot be ordinary text.
constexpr std::size_t shortest_line = 16;

using form_list = std::vector<std::string>;

struct register_of_forms {
    std::mutex mutex;
    std::shared_ptr<const form_list> forms = std::make_shared<const form_list>();
};

register_of_forms& registered() {
    static register_of_forms instance;
    return instance;
}

std::string url_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || character == '-' || character == '_' || character == '.' ||
                           character == '~';
        if (plain) {
            encoded += character;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4];
            encoded += digits[byte & 15];
        }
    }
    return encoded;
}

std::string lower_case_escapes(std::string encoded) {
    for (std::size_t at = 0; at + 2 < encoded.size(); ++at)
        if (encoded[at] == '%')
            for (const auto digit : {at + 1, at + 2})
                if (encoded[digit] >= 'A' && encoded[digit] <= 'F')
                    encoded[digit] = static_cast<char>(encoded[digit] + 32);
    return encoded;
}

std::string json_escaped(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        if (character == '"' || character == '\\') escaped += '\\';
        if (character == '\n')
            escaped += "\\n";
        else
            escaped += character;
    }
    return escaped;
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

std::set<std::string> forms_of(const std::string& secret) {
    std::set<std::string> forms{secret, url_encoded(secret), lower_case_escapes(url_encoded(secret)),
                                json_escaped(secret)};
    for (std::size_t before = 0; before < 3; ++before) {
        const auto encoded = base64_inside(secret, before);
        forms.insert(encoded);
        forms.insert(url_safe(encoded));
    }
    for (std::size_t start = 0; start < secret.size();) {
        const auto end = std::min(secret.find('\n', start), secret.size());
        const auto line = secret.substr(start, end - start);
        if (line.size() >= shortest_line && !line.starts_with("-----")) forms.insert(line);
        start = end + 1;
    }
    std::erase_if(forms, [](const std::string& form) { return form.size() < shortest_form; });
    return forms;
}

}  // namespace

void redact(const core::secret& value) {
    if (value.reveal().size() < shortest_form) return;
    auto& known = registered();
    const std::lock_guard lock(known.mutex);
    auto forms = forms_of(value.reveal());
    forms.insert(known.forms->begin(), known.forms->end());
    auto ordered = form_list(forms.begin(), forms.end());
    // The longest first, so that no form leaves the rest of a longer one behind.
    std::sort(ordered.begin(), ordered.end(),
              [](const auto& left, const auto& right) { return left.size() > right.size(); });
    known.forms = std::make_shared<const form_list>(std::move(ordered));
}

std::string redacted(std::string text) {
    const auto forms = [] {
        auto& known = registered();
        const std::lock_guard lock(known.mutex);
        return known.forms;
    }();
    for (const auto& form : *forms)
        for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at + 3))
            text.replace(at, form.size(), "***");
    return text;
}

}  // namespace familiar::observe
