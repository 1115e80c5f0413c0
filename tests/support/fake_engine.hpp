#pragma once

#include "core/time.hpp"
#include "support/fake_docker.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace familiar::test {

/// A docker program that keeps containers which never run anything: they are a folder each, and what their agent "does"
/// is a snippet of shell. Faults are snippets too, per command (fake_engine.sh says what those may use):
///
///     engine.on("create", "first 2 && unreachable");
///     engine.agent("echo '{}' > $OUT/result.json; ends 5");
///
/// It has the image "agent", which is an agent image.
class fake_engine {
public:
    fake_engine();

    std::string program() const { return docker_.program(); }

    /// From now on `snippet` runs before what `command` ("create", "rm", "inspect", ...) does. An empty one: nothing
    /// does.
    void on(const std::string& command, const std::string& snippet);

    /// What each agent does at its start. Without it they run until end() or a stop.
    void agent(const std::string& snippet);

    void add_image(const std::string& name, const std::string& labels);

    /// A container as a server that died has left it. `status`: "created", "running", "exited".
    void add_container(const std::string& name, const std::map<std::string, std::string>& labels,
                       const std::string& status, const std::string& started_at = "2026-01-31T12:00:00Z");

    /// What a container prints besides.
    void print(const std::string& name, const std::string& text);

    /// When it printed last, as the engine tells.
    void printed_last(const std::string& name, core::wall_time when) const;

    /// Ends a running container.
    void end(const std::string& name, int exit_code);

    /// From now on the engine knows nothing of this container, and has nothing to tell of its end.
    void lose(const std::string& name) const;

    /// The calls so far whose first words these are, in order.
    std::vector<std::string> calls(const std::string& beginning = {}) const;

    /// The names of the containers that are there, in any state.
    std::vector<std::string> containers() const;
    std::vector<std::string> running() const;

private:
    void write(const std::filesystem::path& name, const std::string& text) const;

    fake_docker docker_;
};

}  // namespace familiar::test
