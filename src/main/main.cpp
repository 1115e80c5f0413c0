#include "app/commands.hpp"
#include "app/doctor.hpp"
#include "app/operator_commands.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

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

/// What the commands of operators have in common.
void add_api_options(CLI::App& command, familiar::app::api_choice& chosen) {
    add_configuration_options(command, chosen.configuration);
    command.add_option("--url", chosen.url,
                       "The server (default: FAMILIAR_URL, else the configured address, else http://127.0.0.1:7000)");
    command.add_flag("--json", chosen.json, "Print JSON, for programs");
    command.footer("The token comes from FAMILIAR_TOKEN, or else from server.api_token in the configuration.");
}

void add_job(CLI::App& command, std::string& job) {
    command.add_option("JOB", job, "The job's id, or as much of its beginning as no other has")->required();
}

/// The commands that show and change the jobs of a running server.
class operator_commands {
public:
    explicit operator_commands(CLI::App& program)
        : jobs_(program.add_subcommand("jobs", "List jobs, the newest first")),
          show_(program.add_subcommand("show", "Show everything about a job")),
          logs_(program.add_subcommand("logs", "Print the log of a job's agent")),
          cancel_(program.add_subcommand("cancel", "End a job: it starts no agent, or its agent is stopped")),
          retry_(program.add_subcommand("retry", "Start a job anew that has ended without success")) {
        jobs_->add_option("--state", list_.state, "Only jobs in this state, such as running or failed");
        jobs_->add_option("--repository", list_.repository, "Only jobs of this repository, such as owner/name");
        jobs_->add_option("--limit", list_.limit, "How many")->check(CLI::Range(1U, 500U))->capture_default_str();
        jobs_->add_option("--before", list_.before, "Only jobs older than the one with this id")->type_name("JOB");
        logs_->add_flag("-f,--follow", follow_, "Print what the agent says as it says it, until it has ended");
        add_api_options(*jobs_, list_.api);
        for (auto* command : {show_, logs_, cancel_, retry_}) {
            add_job(*command, job_);
            add_api_options(*command, api_);
        }
    }

    /// The exit code of the one that was asked for, if one of them was.
    std::optional<int> run() const {
        using namespace familiar;
        if (jobs_->parsed()) return app::jobs(list_);
        if (show_->parsed()) return app::show(api_, job_);
        if (logs_->parsed()) return app::logs(api_, job_, follow_);
        if (cancel_->parsed()) return app::cancel(api_, job_);
        if (retry_->parsed()) return app::retry(api_, job_);
        return std::nullopt;
    }

private:
    CLI::App* jobs_;
    CLI::App* show_;
    CLI::App* logs_;
    CLI::App* cancel_;
    CLI::App* retry_;
    familiar::app::jobs_request list_;
    familiar::app::api_choice api_;
    std::string job_;
    bool follow_ = false;
};

int run(int argc, char** argv) {
    using namespace familiar;
    CLI::App program(
        "Familiar: gives each webhook of a merge request that matters to a coding agent, in a container of its own.");
    program.name("familiar");
    program.require_subcommand(0, 1);
    program.footer("Start with `familiar doctor`, then `familiar serve`. `familiar COMMAND --help` says more of each.");
    bool wants_version = false;
    program.add_flag("--version", wants_version, "Print the version");

    app::configuration_choice chosen;
    auto* serve = program.add_subcommand("serve", "Run the server until SIGTERM or Ctrl-C");
    auto* check = program.add_subcommand("check", "Read the configuration and say what is wrong with it");
    add_configuration_options(*serve, chosen);
    add_configuration_options(*check, chosen);
    bool as_json = false;
    auto* doctor = program.add_subcommand("doctor", "Try everything that the server depends on, and say what is wrong");
    add_configuration_options(*doctor, chosen);
    doctor->add_flag("--json", as_json, "Print JSON, for programs");
    doctor->footer("Run it as the server's user. It changes nothing, and the server may run meanwhile.");

    app::send_request sent;
    auto* send = program.add_subcommand("send", "Sign a payload as the forge would, and post it to a server");
    add_configuration_options(*send, sent.configuration);
    send->add_option("--url", sent.url,
                     "The server (default: FAMILIAR_URL, else the configured address, else http://127.0.0.1:7000)");
    send->add_option("--provider", sent.provider, "github or gitlab");
    send->add_option("--event", sent.event, "The event's name, such as pull_request or \"Merge Request Hook\"");
    auto* file = send->add_option("FILE", sent.file, "The payload");
    send->add_option("--delivery", sent.delivery, "Send a delivery that the server has kept once more")->excludes(file);
    send->footer(
        "The secret comes from FAMILIAR_SECRET, or else from the configuration. With FAMILIAR_SECRET, and without "
        "--config and --delivery, no configuration is read.");

    operator_commands operators(program);

    std::string health_url;
    auto* health = program.add_subcommand("health", "Ask a running server how it is; exit 0 while it is healthy");
    add_configuration_options(*health, chosen);
    health->add_option("--url", health_url,
                       "The server (default: FAMILIAR_URL, else the configured address, else http://127.0.0.1:7000)");

    auto* version = program.add_subcommand("version", "Print the version");

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        std::ostringstream said;
        const int code = program.exit(wrong, std::cout, said);
        std::cerr << app::printable_lines(said.str());
        return code == 0 ? 0 : misused;
    }
    if (wants_version || version->parsed()) {
        std::cout << "familiar " << app::version << '\n';
        return 0;
    }
    if (serve->parsed()) return app::serve(chosen);
    if (check->parsed()) return app::check(chosen);
    if (doctor->parsed()) return app::doctor(chosen, as_json);
    if (const auto code = operators.run()) return *code;
    if (health->parsed()) return app::health(chosen, health_url);
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
        return familiar::app::fail_with(failure.what(), familiar::app::exit_code::failed);
    }
}
