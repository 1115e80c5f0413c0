#include "config/files.hpp"
#include "config/load.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace familiar::config {

/// In place of the real one, which the linker leaves out then: no input reaches this machine's files.
core::result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const auto name = path.filename();
    if (name == "secret") return std::string("a secret\n");
    if (name == "key.pem") return std::string("-----BEGIN RSA PRIVATE KEY-----\n");
    if (name == "long") return std::string(max_bytes, 'x');
    if (name == "empty") return std::string();
    return core::fail(core::errc::not_found, "No such file or directory");
}

}  // namespace familiar::config

namespace {

using namespace familiar;
using fuzz::require;

const config::environment variables{{"SECRET", "a secret"}, {"TOKEN", "whsec_YSBrZXkgb2Ygc29tZSBieXRlcw=="},
                                    {"NUMBER", "17"},       {"HOME", "/home/someone"},
                                    {"EMPTY", ""},          {"ODD", "${NUMBER}\n\t\x01\xff"}};

/// It can be shown as "file:line:column: message", and the place is one of the file.
void require_sound(const std::vector<config::problem>& problems, std::string_view text) {
    // YAML counts "\r" alone as a line's end too.
    const auto lines = 1 + std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
    for (const auto& problem : problems) {
        require(problem.file == "fuzz.yaml", "a problem names its file");
        require(problem.line >= 0 && problem.line <= lines && problem.column >= 0, "a problem stands in the file");
        require((problem.line == 0) == (problem.column == 0), "a problem has a line and a column, or none of both");
        require(!problem.message.empty(), "a problem says what it is");
        require(std::ranges::none_of(problem.message,
                                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }),
                "a problem is told in one line");
    }
    require(std::ranges::is_sorted(problems, {}, &config::problem::line), "problems come in the order of the lines");
}

bool is_argument(std::string_view text) {
    return !text.empty() && !text.starts_with('-') && text.find('\0') == std::string_view::npos;
}

/// What the rest of the program relies on without asking again.
void require_sound(const config::settings& values) {
    const auto& agents = values.agents;
    require(values.server.max_buffered >= values.server.max_body, "one body fits into all bodies");
    require(values.server.max_body > 0 && values.server.max_connections > 0, "the server can be asked something");
    require(agents.debounce_max >= agents.debounce, "debouncing ends");
    require(values.retry.max_backoff >= values.retry.initial_backoff, "the longest wait is the longest");
    require(values.concurrency.max_agents > 0, "an agent can run");
    require(agents.cpus >= 0.01 && agents.cpus <= 1024 && agents.memory > 0 && agents.pids > 0, "agents are bounded");
    require(is_argument(agents.image) && is_argument(agents.network), "image and network are no options of docker");
    require(agents.command.empty() || !agents.command.front().empty(), "a command has a program");
    require(agents.auth_dir.empty() || agents.auth_dir.is_absolute(), "folders of the engine's machine are absolute");
    for (const auto& path : {values.storage.path, values.repo_cache.dir, values.logging.dir})
        require(path.is_absolute(), "paths are absolute");
    for (const auto& [name, secret] : agents.secrets)
        require(name.find('/') == std::string::npos && !name.starts_with('.') && !secret.empty(),
                "an agent's secret is a file with something in it");
    for (const auto& [name, value] : agents.env)
        require(!name.empty() && name.find('=') == std::string::npos && value.find('\0') == std::string::npos,
                "an agent's variable is one");
    require(values.providers.github.enabled() || values.providers.gitlab.enabled(), "a provider is on");
    for (const auto* secrets : {&values.providers.github.webhook_secret, &values.providers.gitlab.webhook_secret,
                                &values.providers.gitlab.signing_token})
        require(std::ranges::none_of(*secrets, &core::secret::empty), "no webhook secret is empty");
    for (const auto* url : {&values.providers.github.api_url, &values.providers.github.git_url,
                            &values.providers.gitlab.base_url, &values.providers.gitlab.git_url})
        require(url->find("://") != std::string::npos && !url->ends_with('/'), "a URL is one");
    require(!values.bot_username.empty(), "the bot has a name");
}

}  // namespace

/// The text of a configuration file; and the same as an env file, whose variables it may use.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::as_text(data, size));
    const auto read = config::parse(text, "fuzz.yaml", variables);
    if (read) {
        require_sound(read->values);
        require_sound(read->warnings, text);
    } else {
        require(!read.error().errors.empty(), "what is refused has a reason");
        require_sound(read.error().errors, text);
    }

    const auto file = config::parse_env_file(text, "fuzz.yaml");
    require_sound(file.errors, text);
    for (const auto& [name, value] : file.variables)
        require(!name.empty() && name.find_first_of("=\n") == std::string::npos, "a variable has a name");
    return 0;
}
