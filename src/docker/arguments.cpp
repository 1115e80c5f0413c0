#include "docker/arguments.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace familiar::docker {

namespace {

using core::errc;
using core::fail;

/// One field of the CSV that `--mount` takes (RFC 4180: a quote is doubled inside quotes).
std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// A variable of this name in the CLI's own environment would change what the CLI does.
bool steers_the_cli(std::string_view name) {
    const auto& own = process::passed_on();
    if (std::find(own.begin(), own.end(), name) != own.end()) return true;
    constexpr std::array<std::string_view, 5> families{"DOCKER_", "BUILDX_", "LD_", "GO", "SSH_"};
    return std::any_of(families.begin(), families.end(), [&](auto family) { return name.starts_with(family); });
}

std::string cpus_text(double cpus) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", cpus);
    return text.data();
}

core::result<void> check(const container_spec& spec) {
    if (spec.command && spec.command->empty()) return fail(errc::invalid, "the container's command is empty");
    for (const auto& mount : spec.mounts)
        if (has_control(mount.source.native()) || has_control(mount.target))
            return fail(errc::invalid, "a mount's path has a control character: " + mount.source.string());
    for (const auto& variable : spec.environment)
        if (variable.name.empty() || variable.name.find('=') != std::string::npos)
            return fail(errc::invalid, "\"" + variable.name + "\" cannot be an environment variable");
    return {};
}

}  // namespace

core::result<invocation> create_arguments(const container_spec& spec) {
    if (const auto fine = check(spec); !fine) return fine.error();
    invocation out;
    auto& arguments = out.arguments;
    const auto add = [&](std::string option, std::string value) {
        arguments.push_back(std::move(option));
        arguments.push_back(std::move(value));
    };

    arguments.emplace_back("create");
    add("--name", spec.name);
    add("--pull", "never");
    arguments.emplace_back("--init");
    add("--cap-drop", "ALL");
    add("--security-opt", "no-new-privileges");
    add("--log-driver", "json-file");
    add("--log-opt", "max-size=" + std::to_string(spec.max_log));
    add("--log-opt", "max-file=2");
    if (spec.memory != 0) {
        add("--memory", std::to_string(spec.memory));
        add("--memory-swap", std::to_string(spec.memory));
    }
    if (spec.cpus > 0) add("--cpus", cpus_text(spec.cpus));
    if (spec.pids != 0) add("--pids-limit", std::to_string(spec.pids));
    if (!spec.network.empty()) add("--network", spec.network);
    if (!spec.user.empty()) add("--user", spec.user);
    if (!spec.working_directory.empty()) add("--workdir", spec.working_directory);
    if (!spec.hostname.empty()) add("--hostname", spec.hostname);
    for (const auto& [key, value] : spec.labels) add("--label", key + "=" + value);
    for (const auto& mount : spec.mounts) {
        add("--mount", "type=bind," + csv_field("source=" + mount.source.string()) + "," +
                           csv_field("target=" + mount.target) + (mount.read_only ? ",readonly" : ""));
    }
    for (const auto& tmpfs : spec.tmpfs_mounts)
        add("--tmpfs", tmpfs.options.empty() ? tmpfs.target : tmpfs.target + ":" + tmpfs.options);
    for (const auto& [name, value] : spec.environment) {
        // By name alone it travels in the environment, where other users of the machine do not see it.
        if (steers_the_cli(name)) {
            add("--env", name + "=" + value);
        } else {
            add("--env", name);
            out.environment.push_back({name, value});
        }
    }
    if (spec.command) add("--entrypoint", spec.command->front());
    arguments.emplace_back("--");
    arguments.push_back(spec.image);
    if (spec.command) arguments.insert(arguments.end(), spec.command->begin() + 1, spec.command->end());
    return out;
}

std::vector<std::string> label_filters(const label_map& labels) {
    std::vector<std::string> filters;
    for (const auto& [key, value] : labels) {
        filters.emplace_back("--filter");
        filters.push_back("label=" + key + "=" + value);
    }
    return filters;
}

}  // namespace familiar::docker
