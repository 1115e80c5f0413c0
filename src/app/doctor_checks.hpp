#pragma once

#include "app/command.hpp"
#include "app/doctor_report.hpp"
#include "docker/engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// The checks of `familiar doctor`. Each looks at one thing that the server would stumble over later, and changes
/// nothing: what it makes for a trial goes again, also when it is cancelled. What fails is a finding, never an
/// exception. Which there are, in which order, and which build on which is the table in doctor.cpp.
namespace familiar::app::checkup {

/// What is looked at.
struct patient {
    const config::loaded& configured;
    const configuration_choice& chosen;
    docker::engine& engine;  ///< with the patience of a check

    const config::settings& settings() const noexcept { return configured.values; }
};

using look = boost::asio::awaitable<findings>(const patient&);

// doctor_configuration.cpp
look configuration;
look secrets_in_files;
look api_token;
look github_secrets;
look gitlab_secrets;

// doctor_machine.cpp
look user;
look port;
look open_files;

// doctor_storage.cpp
look storage_folder;
look database;
look cache_folder;
look log_folder;

// doctor_engine.cpp
look docker_cli;
look docker_engine;
look engine_limits;
look engine_clock;

// doctor_agents.cpp
look agent_image;
look agent_network;
look auth_dir;
look host_dir_of_cache;

// doctor_git.cpp
look git_program;
look github_answers;
look gitlab_answers;

// doctor_api.cpp
look github_api;
look gitlab_api;

// doctor_clock.cpp
look github_clock;
look gitlab_clock;

/// What the checks decide by; pure.

/// "NFS" and the like for the type that statfs(2) tells of a file system on another machine; empty for the others.
std::string_view network_file_system(std::uint64_t type) noexcept;

/// What to do if the engine or the CLI says this; empty if nobody knows better than what it says.
std::string engine_hint(const core::error& failure);

/// "2.39" or more of "git version 2.39.5 (Apple Git-154)", in parts; {0, 0} if it is no such line.
struct program_version {
    int major = 0;
    int minor = 0;
    auto operator<=>(const program_version&) const = default;
};
program_version git_version(std::string_view line);

/// Descriptors that a server needs with so many connections: some besides, for the database, logs and children.
std::uint64_t descriptors_for(std::uint32_t connections) noexcept;

/// A secret shorter than this can be guessed.
constexpr std::size_t short_secret = 16;

/// A clock that differs by more is worth a word: signatures are good for five minutes.
constexpr std::chrono::seconds clock_tolerance{60};

}  // namespace familiar::app::checkup
