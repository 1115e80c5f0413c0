#pragma once

#include "core/error.hpp"
#include "core/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the CLI and the engine say about themselves, read without trust.
namespace familiar::docker {

/// The two programs that have to understand each other.
struct versions {
    std::string client;      ///< of the CLI, "28.2.2"
    std::string client_api;  ///< what it speaks with this engine, "1.41"
    std::string engine{};    ///< empty without an engine
    std::string engine_api{};
    std::optional<core::error> no_engine{};  ///< why none was asked; the CLI is there all the same
};

/// What an engine can do, and its clock.
struct engine_facts {
    std::string name;              ///< of the engine's machine
    std::string operating_system;  ///< "Debian GNU/Linux 12 (bookworm)"
    std::optional<core::wall_time> clock{};
    bool limits_memory = true;
    bool limits_swap = true;
    bool limits_cpus = true;
    bool limits_pids = true;
};

/// What `docker version --format '{{json .}}'` prints, but for the reason of an engine's absence.
core::result<versions> parse_versions(std::string_view line);

/// What `docker info --format '{{json .}}'` prints. errc::invalid also for one that is empty of an engine.
core::result<engine_facts> parse_facts(std::string_view line);

}  // namespace familiar::docker
