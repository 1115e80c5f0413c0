#include "http/bearer_token.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace familiar::http {

namespace {

constexpr std::string_view scheme = "Bearer";

bool is_one_word(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < '\x7f'; });
}

}  // namespace

std::optional<std::string_view> bearer_token(const request& asked) {
    std::optional<std::string_view> credentials;
    for (const auto& [name, value] : asked.headers) {
        if (!boost::beast::iequals(name, "Authorization")) continue;
        if (credentials) return {};
        credentials = value;
    }
    if (!credentials || !boost::beast::iequals(credentials->substr(0, scheme.size()), scheme)) return {};
    credentials->remove_prefix(scheme.size());
    if (!credentials->starts_with(' ')) return {};
    credentials->remove_prefix(std::min(credentials->find_first_not_of(' '), credentials->size()));
    return is_one_word(*credentials) ? credentials : std::nullopt;
}

}  // namespace familiar::http
