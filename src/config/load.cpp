#include "config/load.hpp"

#include "config/document.hpp"
#include "config/files.hpp"

#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks for it, not every libc declares it

namespace familiar::config {

namespace {

constexpr std::size_t max_file_bytes = document::max_bytes;

using std::filesystem::path;

/// Also true for what may not be looked at: to read on elsewhere would hide that.
bool is_there(const path& file) {
    std::error_code ignored;
    return std::filesystem::status(file, ignored).type() != std::filesystem::file_type::not_found;
}

load_failure failure(const path& file, std::string message) {
    return {{problem{file.string(), 0, 0, std::move(message)}}};
}

std::string listed(const std::vector<path>& files) {
    std::string all;
    for (const auto& file : files) all += (all.empty() ? "" : ", ") + file.string();
    return all;
}

}  // namespace

boost::system::result<environment, load_failure> read_environment(const std::optional<path>& env_file,
                                                                  const environment& process_environment,
                                                                  const search_places& places) {
    auto variables = process_environment;
    for (const auto& file : env_file ? std::vector<path>{*env_file} : places.env_files) {
        if (!env_file && !is_there(file)) continue;
        const auto text = read_small_file(file, max_file_bytes);
        if (!text) return failure(file, "cannot read the env file: " + text.error().message);
        auto parsed = parse_env_file(*text, file.string());
        if (!parsed.errors.empty()) return load_failure{std::move(parsed.errors)};
        variables.merge(std::move(parsed.variables));
    }
    return variables;
}

load_result load(const std::optional<path>& explicit_file, const std::optional<path>& env_file,
                 const environment& process_environment, const search_places& places) {
    const auto variables = read_environment(env_file, process_environment, places);
    if (!variables) return variables.error();
    for (const auto& file : explicit_file ? std::vector<path>{*explicit_file} : places.configurations) {
        if (!explicit_file && !is_there(file)) continue;
        const auto text = read_small_file(file, max_file_bytes);
        if (!text) return failure(file, "cannot read the configuration: " + text.error().message);
        return parse(*text, file.string(), *variables);
    }
    return failure({},
                   "no configuration found: none of " + listed(places.configurations) +
                       " exists; name a file with --config, containers/example/minimal.yaml shows how little it takes");
}

environment process_environment() {
    environment variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

}  // namespace familiar::config
