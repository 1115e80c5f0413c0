#include "provider/rest.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace familiar::provider {

namespace {

bool names_next(std::string_view relations) {
    while (!relations.empty()) {
        const auto end = std::min(relations.find(' '), relations.size());
        if (boost::algorithm::iequals(relations.substr(0, end), "next")) return true;
        relations.remove_prefix(std::min(end + 1, relations.size()));
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Whether one of `; name=value; name="value"` is rel, and names "next". Only the first rel counts (RFC 8288, 3.3).
bool leads_to_next(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto end = std::min(parameters.find(';'), parameters.size());
        const auto one = parameters.substr(0, end);
        parameters.remove_prefix(std::min(end + 1, parameters.size()));
        const auto equals = one.find('=');
        if (equals == std::string_view::npos || !boost::algorithm::iequals(trimmed(one.substr(0, equals)), "rel"))
            continue;
        auto value = trimmed(one.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        return names_next(value);
    }
    return false;
}

}  // namespace

std::optional<std::string> next_page(std::string_view link_header) {
    for (;;) {
        const auto open = link_header.find('<');
        const auto close = link_header.find('>', std::min(open, link_header.size()));
        if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
        const auto target = link_header.substr(open + 1, close - open - 1);
        link_header.remove_prefix(close + 1);
        // The next link begins behind a comma: at the next '<', which no parameter of either forge has in it.
        const auto end = std::min(link_header.find('<'), link_header.size());
        auto parameters = link_header.substr(0, end);
        const auto comma = parameters.find_last_of(',');
        if (end < link_header.size() && comma != std::string_view::npos) parameters = parameters.substr(0, comma);
        if (leads_to_next(parameters)) return std::string(target);
    }
}

std::string encoded(std::string_view text) {
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char letter : text) {
        if (unreserved.find(letter) != std::string_view::npos) {
            out += letter;
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace familiar::provider
