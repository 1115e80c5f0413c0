#pragma once

#include "config/load.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

/// What the commands of the program have in common.
namespace familiar::app {

/// The exit codes of every command.
namespace exit_code {
constexpr int done = 0;
constexpr int failed = 1;
constexpr int misused = 2;  ///< configuration or usage
}  // namespace exit_code

/// As long as a forge waits for its answer at most (GitHub docs: best practices for webhooks).
constexpr std::chrono::seconds answer_bound{10};

struct configuration_choice {
    std::optional<std::filesystem::path> file;      ///< --config
    std::optional<std::filesystem::path> env_file;  ///< --env-file
};

/// Runs a coroutine that makes up a whole command.
template <class T>
T run_to_end(boost::asio::awaitable<T> command) {
    boost::asio::io_context context(1);
    std::exception_ptr thrown;
    std::optional<T> value;
    boost::asio::co_spawn(context, std::move(command), [&](std::exception_ptr why, T result) {
        thrown = why;
        value = std::move(result);
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*value);
}

/// One line that shows no secret and that no terminal acts on, whoever wrote it.
std::string printable(const std::string& text);

/// The same of a text of several lines.
std::string printable_lines(const std::string& text);

/// Prints "familiar: why" to stderr and hands the code back. `why` is shown as printable() has it.
int fail_with(const std::string& why, int code);

/// The chosen configuration, with this process's environment.
config::load_result read_configuration(const configuration_choice& chosen);

/// The same, or none after everything that is wrong with it has been printed. No secret of it is shown
/// from now on (redact_secrets).
std::optional<config::loaded> load(const configuration_choice& chosen);

/// A variable of the process's environment; empty without it.
std::string variable(const std::string& name);

/// Where a server with these settings answers webhooks and health on this machine.
std::string local_url(const config::server_settings& server);

/// Where it answers operators: at `server.admin_port` if there is one.
std::string local_operators_url(config::server_settings server);

std::string without_slash(std::string url);

}  // namespace familiar::app
