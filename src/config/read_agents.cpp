#include "config/interpolate.hpp"
#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/size.hpp"
#include "config/values.hpp"

namespace familiar::config {

namespace {

using namespace std::chrono_literals;

constexpr auto year = 24h * 365;

/// The longest that Linux takes for one argument or environment string, with its final NUL (MAX_ARG_STRLEN).
constexpr std::size_t max_string = 131'072;

constexpr std::size_t max_image_name = 512;

/// The Go program counts in whole minutes and seconds.
template <class Unit>
conversion<std::chrono::milliseconds> whole(std::uint32_t most) {
    return [most](const std::string& text) -> core::result<std::chrono::milliseconds> {
        const auto count = whole_number(0, most)(text);
        if (!count) return count.error();
        return std::chrono::milliseconds(Unit(*count));
    };
}

/// As there, 0 stands for the ten seconds that are the default.
conversion<std::chrono::milliseconds> debounce_seconds() {
    return [](const std::string& text) -> core::result<std::chrono::milliseconds> {
        const auto given = whole<std::chrono::seconds>(86'400)(text);
        if (!given || *given != 0ms) return given;
        return agents_settings{}.debounce;
    };
}

conversion<std::string> user_ids() {
    return [](const std::string& text) -> core::result<std::string> {
        const auto colon = text.find(':');
        const auto is_id = [](const std::string& id) { return whole_number(0, 4'294'967'294U)(id).has_value(); };
        if (is_id(text.substr(0, colon)) && (colon == std::string::npos || is_id(text.substr(colon + 1)))) return text;
        return not_allowed("must be uid or uid:gid in digits, since names mean nothing outside of the image");
    };
}

/// Any bytes: what is wrong with an argument only its program knows.
conversion<std::string> argument() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.size() < max_string) return text;
        return not_allowed("is longer than the 131071 bytes that Linux takes");
    };
}

void read_environment(section variables, std::map<std::string, std::string>& values) {
    for (const auto& name : variables.names()) {
        variables.know(name, document::name_kind::free);
        if (!is_variable_name(name)) {
            variables.fail(name, variables.where(name), "is no name of an environment variable");
            continue;
        }
        const auto value = variables.take(name);
        auto& text = values[name];
        if (!value) continue;
        text = value->text;
        if (name.size() + 1 + text.size() >= max_string)
            variables.fail(name, value->where, "is longer than the 131071 bytes that Linux takes");
    }
}

conversion<std::string> engine_address() {
    return [](const std::string& text) -> core::result<std::string> {
        for (const auto* const scheme : {"unix:///", "tcp://", "ssh://"})
            if (text.starts_with(scheme)) return line()(text);
        return not_allowed("must begin with unix:///, tcp:// or ssh://, as DOCKER_HOST does");
    };
}

/// Author names and addresses end up in commit headers, where these two characters are the frame.
conversion<std::string> commit_identity() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.find_first_of("<>") != std::string::npos) return not_allowed("must not contain < or >");
        return line()(text);
    };
}

}  // namespace

void read_agents(section agents, agents_settings& values) {
    agents.read("image", values.image, word("._-/:@", "an image name", max_image_name));
    agents.read_list("command", values.command, argument(), list_form::list_with_empty);
    agents.read("timeout", values.timeout, duration_or_zero(1s, 30 * 24h));
    agents.read_old("timeout_minutes", "timeout", values.timeout, whole<std::chrono::minutes>(43'200));
    agents.read("idle_timeout", values.idle_timeout, duration_or_zero(1s, 30 * 24h));
    agents.read("debounce", values.debounce, duration(0ms, 24h));
    agents.read_old("debounce_seconds", "debounce", values.debounce, debounce_seconds());
    agents.read("debounce_max", values.debounce_max, duration(0ms, 7 * 24h));
    agents.read("network", values.network, word("._-:", "a docker network name"));
    agents.read_old("network_mode", "network", values.network, word("._-:", "a docker network name"));
    agents.read("memory", values.memory, size(6 * mebibyte, 64 * tebibyte));
    agents.read("cpus", values.cpus, number(0.01, 1024));
    agents.read("pids", values.pids, whole_number(1, 4'194'304));
    agents.read("user", values.user, user_ids());
    read_environment(agents.child("env"), values.env);
    agents.read("auth_dir", values.auth_dir, absolute_path());
    agents.read_old("claude_auth_dir", "auth_dir", values.auth_dir, absolute_path());
    read_secret_files(agents, "secrets", values.secrets);
    agents.read("pull", values.pull,
                choice<pull_policy>({{"never", pull_policy::never}, {"missing", pull_policy::missing}}));

    at_least(agents, "debounce_max", values.debounce_max, "debounce", values.debounce);
    if (!values.command.empty() && values.command.front().empty())
        agents.fail("command", agents.where("command"), "the program to run is empty" + agents.why_empty("command"));
}

void read_docker(section docker, docker_settings& values) {
    docker.read("cli", values.cli, line());
    docker.read("host", values.host, engine_address());
    docker.read("command_timeout", values.command_timeout, duration(1s, 1h));
    docker.read("pull_timeout", values.pull_timeout, duration(1s, 24h));
    docker.read("ping_interval", values.ping_interval, duration(100ms, 1h));
    docker.read("ping_timeout", values.ping_timeout, duration(100ms, 10min));
}

void read_git(section git, git_settings& values) {
    git.read("author_name", values.author_name, commit_identity());
    git.read("author_email", values.author_email, commit_identity());
    git.read("timeout", values.timeout, duration(1s, 24h));
    git.read("ca_file", values.ca_file, path());
}

void read_repo_cache(section cache, repo_cache_settings& values) {
    cache.read("dir", values.dir, path());
    cache.read("host_dir", values.host_dir, absolute_path());
    cache.read("unused_for", values.unused_for, duration_or_zero(1h, 100 * year));
}

}  // namespace familiar::config
