#include "agent/container.hpp"

#include "agent/credentials.hpp"

#include <charconv>

namespace familiar::agent {

namespace {

/// The engine counts its own record of each line, some 75 bytes more than the line, and drops the oldest without a
/// word. With this much room what it keeps is more than max_log of any usual output, so that it is the server who cuts
/// and says so.
constexpr std::uint64_t log_overhead = 4;

template <class Number>
Number number_or(std::string_view text, Number otherwise) {
    Number value{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::string text_of(identity user) {
    return std::to_string(user.user) + ":" + std::to_string(user.group);
}

}  // namespace

identity agent_identity(const config::agents_settings& agents, uid_t server_user, gid_t server_group) {
    if (agents.user.empty()) return server_user == 0 ? identity{} : identity{server_user, server_group};
    const std::string_view text = agents.user;
    const auto colon = text.find(':');
    const auto user = number_or<uid_t>(text.substr(0, colon), 1000);
    return {user, colon == std::string_view::npos ? static_cast<gid_t>(user)
                                                  : number_or<gid_t>(text.substr(colon + 1), user)};
}

std::filesystem::path as_host_sees(const config::repo_cache_settings& cache, const std::filesystem::path& path) {
    return cache.host_dir.empty() ? path : cache.host_dir / path.lexically_relative(cache.dir);
}

docker::label_map instance_labels(const std::string& instance) {
    return {{"familiar.agent", "true"}, {"familiar.instance", instance}};
}

docker::container_spec container(const config::settings& settings, const std::string& instance, const assignment& what,
                                 const git::workspace& where, identity user, bool has_credentials) {
    const auto& agents = settings.agents;
    const auto host = [&](const std::filesystem::path& path) { return as_host_sees(settings.repo_cache, path); };

    docker::container_spec spec;
    spec.name = container_name(what);
    spec.image = agents.image;

    spec.labels = instance_labels(instance);
    spec.labels["familiar.job"] = what.job;
    spec.labels["familiar.attempt"] = std::to_string(what.attempt);
    spec.labels["familiar.timeout"] = core::to_text(agents.timeout);
    spec.labels["familiar.repo"] = std::string(to_text(what.subject.repo.forge)) + "/" + what.subject.repo.path;

    spec.environment.push_back({"HOME", "/home/agent"});
    if (has_credentials)
        for (auto& variable : forge_tool_variables(settings.providers, what.subject.repo.forge))
            spec.environment.push_back(std::move(variable));
    for (const auto& [name, value] : agents.env) spec.environment.push_back({name, value});

    spec.mounts = {{host(where.directory), "/workspace", false},
                   {host(where.objects), "/familiar/objects", true},
                   {host(where.familiar / "prompt.md"), "/familiar/prompt.md", true},
                   {host(where.familiar / "event.json"), "/familiar/event.json", true},
                   {host(where.familiar / "instructions.md"), "/familiar/instructions.md", true},
                   {host(where.secrets), "/familiar/secrets", true},
                   {host(where.out), "/familiar/out", false}};
    if (!agents.auth_dir.empty()) spec.mounts.push_back({agents.auth_dir, "/familiar/auth", true});
    spec.tmpfs_mounts = {
        {"/home/agent", "exec,mode=0700,uid=" + std::to_string(user.user) + ",gid=" + std::to_string(user.group)}};

    spec.network = agents.network;
    spec.user = text_of(user);
    spec.working_directory = where.working_directory.empty() ? "/workspace" : "/workspace/" + where.working_directory;
    if (!agents.command.empty()) spec.command = agents.command;
    spec.memory = agents.memory;
    spec.cpus = agents.cpus;
    spec.pids = agents.pids;
    spec.max_log = log_overhead * settings.logging.max_log;
    return spec;
}

}  // namespace familiar::agent
