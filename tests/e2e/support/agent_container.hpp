#pragma once

#include "e2e/support/program.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace familiar::test {

/// The image that test_agent_image has built from containers/agent.
inline const std::string agent_image_name = "familiar-test-agent:latest";

/// The test's own user and group, so that it can clean up; root's agents are 1000:1000, as the server's are.
std::string agent_user();

/// Writes a file that an agent may read.
void write_file(const std::filesystem::path& file, const std::string& text,
                std::filesystem::perms mode = std::filesystem::perms(0644));

/// One container of the agent's image as Familiar starts it (src/agent/container.cpp), without a network and without a
/// server. Its folders are below at(): secrets with a key, workspace, out.
class agent_container {
public:
    explicit agent_container(std::string user = agent_user());
    ~agent_container();
    agent_container(const agent_container&) = delete;
    agent_container& operator=(const agent_container&) = delete;

    std::filesystem::path at(const std::string& name) const { return folder_ / name; }
    const std::string& name() const { return name_; }

    /// What stands in the place of the CLI: a bash script. It finds tests/data/claude at /recorded.
    void play(const std::string& script);
    void mount(const std::filesystem::path& source, const std::string& target);
    void set(const std::string& variable, const std::string& value);
    void without_a_place_for_results() { has_out_ = false; }

    void start();
    /// Waits for its end; its exit code. What it printed is in `log` then.
    int finish();
    int run() {
        start();
        return finish();
    }
    /// Its result.json. Throws if there is none.
    boost::json::object result() const;

    std::string log{};

private:
    std::vector<std::string> command() const;

    temporary_directory folder_;
    std::string user_;
    std::string name_;
    std::vector<std::string> more_;
    bool has_out_ = true;
    pid_t running_ = 0;
};

}  // namespace familiar::test
