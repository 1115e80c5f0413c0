#include "app/command.hpp"

#include "app/redact_secrets.hpp"
#include "observe/escape.hpp"
#include "observe/redact.hpp"

#include <iostream>
#include <sstream>

namespace familiar::app {

int fail_with(const std::string& why, int code) {
    std::cerr << "familiar: " << printable(why) << '\n';
    return code;
}

std::string printable(const std::string& text) {
    return observe::escape_control(observe::redacted(text));
}

std::string printable_lines(const std::string& text) {
    std::string shown;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) shown += printable(line) + '\n';
    return shown;
}

config::load_result read_configuration(const configuration_choice& chosen) {
    return config::load(chosen.file, chosen.env_file, config::process_environment());
}

std::optional<config::loaded> load(const configuration_choice& chosen) {
    auto loaded = read_configuration(chosen);
    if (!loaded) {
        for (const auto& error : loaded.error().errors) std::cerr << printable(config::to_text(error)) << '\n';
        return std::nullopt;
    }
    redact_secrets(loaded->values);
    return std::move(*loaded);
}

std::string variable(const std::string& name) {
    const auto variables = config::process_environment();
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
}

std::string local_url(const config::server_settings& server) {
    std::string host = server.host == "0.0.0.0" ? "127.0.0.1" : server.host == "::" ? "::1" : server.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(server.port);
}

std::string local_operators_url(config::server_settings server) {
    if (server.admin_port != 0) server.port = server.admin_port;
    return local_url(server);
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

}  // namespace familiar::app
