#include "app/commands.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace {

constexpr int misused = 2;

void add_configuration_options(CLI::App& command, familiar::app::configuration_choice& chosen) {
    command
        .add_option("--config", chosen.file,
                    "Configuration file (default: ./familiar.yaml, ./config.yaml, /etc/familiar/config.yaml)")
        ->type_name("FILE");
    command
        .add_option("--env-file", chosen.env_file,
                    "Variables for ${NAME} in the configuration (default: .env and /etc/familiar/familiar.env, where "
                    "they exist)")
        ->type_name("FILE");
}

int run(int argc, char** argv) {
    using namespace familiar;
    CLI::App program(
        "Familiar: gives each webhook of a merge request that matters to a coding agent, in a container of its own.");
    program.name("familiar");
    program.require_subcommand(0, 1);
    program.footer("Start with `familiar check`, then `familiar serve`. `familiar COMMAND --help` says more of each.");
    bool wants_version = false;
    program.add_flag("--version", wants_version, "Print the version");

    app::configuration_choice chosen;
    auto* serve = program.add_subcommand("serve", "Run the server until SIGTERM or Ctrl-C");
    auto* check = program.add_subcommand("check", "Read the configuration and say what is wrong with it");
    add_configuration_options(*serve, chosen);
    add_configuration_options(*check, chosen);

    app::send_request sent;
    auto* send = program.add_subcommand("send", "Sign a payload as the forge would, and post it to a server");
    add_configuration_options(*send, sent.configuration);
    send->add_option("--url", sent.url,
                     "The server, such as http://127.0.0.1:7000 (default: FAMILIAR_URL, else the configured address)");
    send->add_option("--provider", sent.provider, "github or gitlab");
    send->add_option("--event", sent.event, "The event's name, such as pull_request or \"Merge Request Hook\"");
    auto* file = send->add_option("FILE", sent.file, "The payload");
    send->add_option("--delivery", sent.delivery, "Send a delivery that the server has kept once more")->excludes(file);
    send->footer("The secret comes from FAMILIAR_SECRET, or else from the configuration.");

    std::string health_url;
    auto* health = program.add_subcommand("health", "Ask a running server how it is; exit 0 while it is healthy");
    health->add_option("--url", health_url, "The server (default: FAMILIAR_URL, else http://127.0.0.1:7000)");

    auto* version = program.add_subcommand("version", "Print the version");

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        return program.exit(wrong) == 0 ? 0 : misused;
    }
    if (wants_version || version->parsed()) {
        std::cout << "familiar " << app::version << '\n';
        return 0;
    }
    if (serve->parsed()) return app::serve(chosen);
    if (check->parsed()) return app::check(chosen);
    if (health->parsed()) return app::health(health_url);
    if (send->parsed()) {
        if (sent.file.empty() == sent.delivery.empty()) {
            std::cerr << "familiar send: name a payload FILE or a --delivery\n";
            return misused;
        }
        return app::send(sent);
    }
    std::cerr << program.help();
    return misused;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        std::cerr << "familiar: " << failure.what() << '\n';
        return 1;
    }
}
