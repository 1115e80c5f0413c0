#pragma once

#include "support/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <utility>

namespace familiar::test {

/// A Docker engine of the test's own, which it may stop, kill and freeze. Needs root.
///
/// While it lives, DOCKER_HOST names it, for the test and for every server that is started meanwhile: one at a time.
/// Its processes live in namespaces of their own, which an engine that is started again comes back to, as on a real
/// machine; nothing of them outlives this object. One that does not start throws, with the last of what it said.
class private_engine {
public:
    /// Whether containers outlive an end of the engine.
    enum class restore { none, live };

    /// bare: as with cmake/engine.sh it has no iptables, and a bridge only while it starts, so containers use the
    /// network `host` or `none`, and the machine's docker0 stays. installed: it has both, in a `network_room`, and a
    /// socket that belongs to a group and outlives it, as systemd's docker.socket holds it: while it is stopped,
    /// connections are taken and nobody answers.
    enum class shape { bare, installed };

    /// Starts it, with the demo's agent image.
    explicit private_engine(restore containers = restore::none, shape has = shape::bare);
    ~private_engine();
    private_engine(const private_engine&) = delete;
    private_engine& operator=(const private_engine&) = delete;

    /// Starts it after stop() or kill(), with its images and containers; returns once it answers.
    void start(restore containers);
    void start() { start(restore_); }

    /// Fetches an image from the engine that DOCKER_HOST named before.
    void fetch(const std::string& image) const;

    /// SIGTERM, to the end: containers are stopped unless restored live.
    void stop();
    /// SIGKILL: what runs in containers goes on, and nobody sees to it.
    void kill();
    void restart() {
        stop();
        start();
    }

    /// Loses what it knows of a container, as with a disk that was set back; while it does not run. `id` is a whole
    /// one.
    void forget(const std::string& id) const;

    /// A paused engine takes connections and says nothing.
    void pause();
    void resume();

    bool runs() const { return entry_ != 0; }
    /// For docker.host.
    std::string url() const { return "unix://" + socket().string(); }
    std::filesystem::path socket() const { return folder_ / "docker.sock"; }
    /// Of the socket of one that is `installed`.
    static constexpr gid_t group = 2375;

private:
    void hold_socket();
    void hold_namespaces();
    void signal(int number) const;
    void wait_for_end();
    bool answers() const;
    std::string last_words() const;
    void release();

    temporary_directory folder_;
    std::pair<bool, std::string> host_before_;  ///< DOCKER_HOST
    restore restore_;
    shape shape_;
    int listener_ = -1;  ///< the socket, where it outlives the engine
    pid_t holder_ = 0;   ///< unshare; its child is the first process of the namespaces
    pid_t entry_ = 0;    ///< nsenter; its child is dockerd
};

}  // namespace familiar::test
