#pragma once

#include "config/load.hpp"
#include "support/unit_test.hpp"

#include <string>
#include <vector>

namespace familiar::config::test {

/// What every configuration needs before anything else can be wrong with it: a forge, and triggers that warn of
/// nothing.
inline const std::string forge =
    "providers: {github: {webhook_secret: s}}\n"
    "triggers: {minimum_permission: none, forks: deny}\n";

/// Lines of `text` begin with line 3.
inline load_result read(const std::string& text, const environment& variables = {}) {
    return parse(forge + text, "f.yaml", variables);
}

/// The settings; the test ends with all errors if there are any.
inline settings good(const std::string& text, const environment& variables = {}) {
    auto result = read(text, variables);
    if (!result) BOOST_FAIL(to_text(result.error().errors));
    return result->values;
}

inline std::string errors_of(const load_result& result) {
    return result ? "no error" : to_text(result.error().errors);
}

inline std::string warnings_of(const load_result& result) {
    return result ? to_text(result->warnings) : "failed: " + to_text(result.error().errors);
}

inline std::string errors(const std::string& text, const environment& variables = {}) {
    return errors_of(read(text, variables));
}

inline std::string warnings(const std::string& text, const environment& variables = {}) {
    return warnings_of(read(text, variables));
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline std::vector<std::string> revealed(const std::vector<core::secret>& secrets) {
    std::vector<std::string> texts;
    for (const auto& each : secrets) texts.push_back(each.reveal());
    return texts;
}

}  // namespace familiar::config::test
