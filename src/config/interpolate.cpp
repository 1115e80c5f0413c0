#include "config/interpolate.hpp"

#include <algorithm>

namespace familiar::config {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What stands for "NAME" or "NAME:-default".
void replace(std::string_view inside, const environment& variables, interpolated& done) {
    const auto name = inside.substr(0, inside.find(":-"));
    if (!is_variable_name(name)) {
        done.error = "${" + std::string(inside) + "} names no variable: write ${NAME}, ${NAME:-default}, or $$ for a $";
        return;
    }
    const auto found = variables.find(std::string(name));
    if (found != variables.end() && !found->second.empty())
        done.text += found->second;
    else if (name.size() < inside.size())
        done.text += inside.substr(name.size() + 2);
    else
        done.empty.emplace_back(name);
}

}  // namespace

bool is_variable_name(std::string_view text) {
    return !text.empty() && is_letter(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

interpolated interpolate(std::string_view text, const environment& variables) {
    interpolated done;
    while (done.error.empty()) {
        const auto dollar = text.find('$');
        done.text += text.substr(0, dollar);
        if (dollar == std::string_view::npos) break;
        text.remove_prefix(dollar + 1);
        if (text.starts_with('$')) {
            done.text += '$';
            text.remove_prefix(1);
        } else if (!text.starts_with('{')) {
            done.text += '$';
        } else if (const auto brace = text.find('}'); brace == std::string_view::npos) {
            done.error = "${ without a closing brace; write $$ for a $";
        } else {
            replace(text.substr(1, brace - 1), variables, done);
            text.remove_prefix(brace + 1);
        }
    }
    return done;
}

}  // namespace familiar::config
