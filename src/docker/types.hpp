#pragma once

#include "core/time.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The docker command line as awaitable functions. This room knows containers and images, and nothing of agents.
namespace familiar::docker {

using label_map = std::map<std::string, std::string>;

struct settings {
    std::string cli = "docker";  ///< a name in PATH or a path
    std::string host{};          ///< what the CLI takes as --host; empty: its own default, DOCKER_HOST among it
    std::chrono::milliseconds command_timeout{60000};
    std::chrono::milliseconds pull_timeout{300000};
    std::chrono::milliseconds ping_timeout{2000};
};

struct environment_variable {
    std::string name;
    std::string value;
};

/// A bind mount. A source that is not there is an error of create(), never a new empty folder.
struct mount {
    std::filesystem::path source;  ///< as the engine's host sees it
    std::string target;
    bool read_only = true;
};

struct tmpfs {
    std::string target;
    std::string options{};  ///< "exec,mode=0700,uid=1000,gid=1000"; without "exec" nothing can be run from it
};

/// What to create. Every container besides gets: all capabilities dropped, no-new-privileges, an init process, a
/// bounded log, and no pull behind one's back.
struct container_spec {
    std::string name;
    std::string image;
    label_map labels{};
    std::vector<environment_variable> environment{};
    std::vector<mount> mounts{};
    std::vector<tmpfs> tmpfs_mounts{};
    std::string network{};                              ///< empty: the engine's default
    std::string user{};                                 ///< "1000:1000"; empty: the image's
    std::string working_directory{};                    ///< has to exist in the container; empty: the image's
    std::string hostname{};                             ///< empty: the engine's choice
    std::optional<std::vector<std::string>> command{};  ///< an argv in place of the image's entrypoint and command
    std::uint64_t memory = 0;                           ///< bytes, swap included; 0: no limit
    double cpus = 0;                                    ///< 0: no limit
    std::uint64_t pids = 0;                             ///< 0: no limit
    std::uint64_t max_log = std::uint64_t{64} << 20;    ///< bytes of output that the engine keeps at least, of the
                                                        ///< newest; at most twice that (two files, one is dropped)
};

/// What the engine says of one container.
struct container_state {
    std::string id;
    std::string name;  ///< without the leading slash
    std::string image;
    std::string status;  ///< created, running, paused, restarting, removing, exited, dead
    bool running = false;
    int exit_code = 0;        ///< meaningful once it has ended
    bool oom_killed = false;  ///< also when only a child of its main process was killed (cgroup v1)
    std::string error{};      ///< why it could not be started
    core::wall_time created{};
    std::optional<core::wall_time> started_at{};
    /// Of a very short run this may be milliseconds before started_at: the engine writes down the start after the end.
    std::optional<core::wall_time> finished_at{};
    label_map labels{};

    bool ended() const noexcept { return status == "exited" || status == "dead"; }
};

struct image_info {
    std::string id;
    label_map labels{};
};

}  // namespace familiar::docker
