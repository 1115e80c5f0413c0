#include "git/environment.hpp"

#include "git/names.hpp"

#include <string>
#include <utility>

namespace familiar::git {

namespace {

using setting = std::pair<std::string, std::string>;

std::vector<setting> everywhere() {
    return {
        {"core.hooksPath", "/dev/null"},
        {"core.fsmonitor", "false"},
        {"core.askPass", ""},
        {"credential.helper", ""},
        {"gc.auto", "0"},
        {"maintenance.auto", "false"},
        {"submodule.recurse", "false"},
        {"fetch.recurseSubmodules", "false"},
        {"safe.directory", "*"},
    };
}

/// What comes from the forge is on disk before the refs that need it: a mirror outlives a power loss.
std::vector<setting> towards(const remote& access) {
    std::vector<setting> out{
        {"core.fsync", "committed"},       {"core.fsyncMethod", "batch"},
        {"http.followRedirects", "false"}, {"http.lowSpeedLimit", "1"},  // bytes per second
        {"http.lowSpeedTime", "60"},                                     // seconds
    };
    if (!access.ca_file.empty()) out.emplace_back("http.sslCAInfo", access.ca_file.string());
    if (const auto origin = url_origin(access.url); !access.token.empty() && origin.starts_with("http"))
        out.emplace_back("http." + origin + ".extraHeader",
                         "Authorization: Basic " + core::to_base64(access.username + ":" + access.token.reveal()));
    return out;
}

/// git reads configuration from GIT_CONFIG_COUNT, GIT_CONFIG_KEY_<n> and GIT_CONFIG_VALUE_<n>.
void append(std::vector<process::environment_variable>& out, const std::vector<setting>& settings) {
    out.push_back({"GIT_CONFIG_COUNT", std::to_string(settings.size())});
    for (std::size_t i = 0; i < settings.size(); ++i) {
        out.push_back({"GIT_CONFIG_KEY_" + std::to_string(i), settings[i].first});
        out.push_back({"GIT_CONFIG_VALUE_" + std::to_string(i), settings[i].second});
    }
}

}  // namespace

std::vector<process::environment_variable> environment(const remote* access) {
    std::vector<process::environment_variable> out{
        {"HOME", "/dev/null"},
        {"XDG_CONFIG_HOME", "/dev/null"},
        {"LC_ALL", "C"},
        {"LANGUAGE", ""},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_ATTR_NOSYSTEM", "1"},
        {"GIT_TERMINAL_PROMPT", "0"},
        {"GIT_ASKPASS", ""},
        {"SSH_ASKPASS", ""},
        {"GIT_ALLOW_PROTOCOL", access ? url_scheme(access->url) : "none"},
    };
    auto settings = everywhere();
    if (access) {
        auto more = towards(*access);
        settings.insert(settings.end(), more.begin(), more.end());
    }
    append(out, settings);
    return out;
}

}  // namespace familiar::git
