#include "e2e/support/configuration.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace familiar::test {

namespace {

std::vector<std::string> split(const std::string& key) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t dot; (dot = key.find('.', begin)) != std::string::npos; begin = dot + 1)
        parts.push_back(key.substr(begin, dot - begin));
    parts.push_back(key.substr(begin));
    return parts;
}

}  // namespace

std::string configuration::yaml() const {
    std::string text;
    std::vector<std::string> open;
    for (const auto& [key, value] : values_) {
        const auto parts = split(key);
        std::size_t same = 0;
        while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same]) ++same;
        for (auto level = same; level < parts.size(); ++level) {
            text += std::string(2 * level, ' ') + parts[level] + ":";
            text += level + 1 == parts.size() ? " " + value + "\n" : "\n";
        }
        open.assign(parts.begin(), parts.end() - 1);
    }
    return text;
}

std::string yaml_text(const std::string& text) {
    // A JSON string is a YAML one, but for the $ that asks for a variable here.
    auto quoted = boost::json::serialize(boost::json::value(text));
    for (auto at = quoted.find('$'); at != std::string::npos; at = quoted.find('$', at + 2)) quoted.insert(at, "$");
    return quoted;
}

}  // namespace familiar::test
