#include "process/environment.hpp"

#include <cstdlib>
#include <map>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace familiar::process {

namespace {

using core::errc;
using core::fail;

bool is_program(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::string_view search_path(const std::vector<std::string>& environment) {
    constexpr std::string_view prefix = "PATH=";
    for (const std::string_view variable : environment)
        if (variable.starts_with(prefix)) return variable.substr(prefix.size());
    return "/usr/local/bin:/usr/bin:/bin";
}

bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

}  // namespace

core::result<std::vector<std::string>> compose_environment(const command& what) {
    std::map<std::string, std::string> variables;
    for (const auto* names : {&passed_on(), &what.environment_keep})
        for (const auto& name : *names)
            // Nobody in this program changes its environment.
            if (const char* value = std::getenv(name.c_str()))  // NOLINT(concurrency-mt-unsafe)
                variables.insert_or_assign(name, value);
    for (const auto& [name, value] : what.environment) {
        if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
            return fail(errc::invalid, "\"" + name + "\" cannot be an environment variable");
        variables.insert_or_assign(name, value);
    }

    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
    return lines;
}

core::result<std::string> find_program(const std::string& name, const std::vector<std::string>& environment) {
    if (name.find('/') != std::string::npos) {
        const auto path = std::filesystem::absolute(name);
        if (is_program(path)) return path.string();
        return fail(errc::program_missing, "there is no executable program " + name);
    }
    const std::string_view places = search_path(environment);
    for (std::size_t begin = 0; !name.empty() && begin <= places.size();) {
        const std::size_t end = std::min(places.find(':', begin), places.size());
        const auto candidate = std::filesystem::path(places.substr(begin, end - begin)) / name;
        if (candidate.is_absolute() && is_program(candidate)) return candidate.string();
        begin = end + 1;
    }
    return fail(errc::program_missing, "there is no program \"" + name + "\" in " + std::string(places));
}

}  // namespace familiar::process
