#include "config/problem.hpp"

namespace familiar::config {

std::string to_text(const problem& found) {
    std::string text = found.file;
    if (found.line > 0) text += ':' + std::to_string(found.line) + ':' + std::to_string(found.column);
    return text.empty() ? found.message : text + ": " + found.message;
}

std::string to_text(const std::vector<problem>& found) {
    std::string text;
    for (const auto& each : found) {
        if (!text.empty()) text += '\n';
        text += to_text(each);
    }
    return text;
}

}  // namespace familiar::config
