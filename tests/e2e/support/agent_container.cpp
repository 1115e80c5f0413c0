#include "e2e/support/agent_container.hpp"

#include "e2e/support/place.hpp"
#include "e2e/support/server.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace familiar::test {

namespace fs = std::filesystem;

std::string agent_user() {
    return ::geteuid() == 0 ? "1000:1000" : std::to_string(::geteuid()) + ":" + std::to_string(::getegid());
}

void write_file(const fs::path& file, const std::string& text, fs::perms mode) {
    std::ofstream(file, std::ios::binary) << text;
    fs::permissions(file, mode);
}

agent_container::agent_container(std::string user)
    : user_(std::move(user)), name_("familiar-e2e-" + mark() + "-" + folder_.path().filename().string()) {
    for (const auto* name : {"secrets", "workspace", "out"}) {
        fs::create_directory(at(name));
        fs::permissions(at(name), fs::perms(0777));
    }
    write_file(at("prompt.md"), "# Task\n\nDo what there is to do.\n");
    write_file(at("secrets/anthropic_api_key"), "sk-ant-for-tests\n");
}

agent_container::~agent_container() {
    (void)run_program({"docker", "rm", "--force", name_});
}

void agent_container::play(const std::string& script) {
    write_file(at("claude"), "#!/bin/bash\n" + script + "\n", fs::perms(0755));
    mount(at("claude"), "/usr/local/bin/claude");
    mount(FAMILIAR_TEST_DATA "/claude", "/recorded");
}

void agent_container::mount(const fs::path& source, const std::string& target) {
    more_.insert(more_.end(), {"--mount", "type=bind,source=" + source.string() + ",target=" + target + ",readonly"});
}

void agent_container::set(const std::string& variable, const std::string& value) {
    more_.insert(more_.end(), {"--env", variable + "=" + value});
}

std::vector<std::string> agent_container::command() const {
    const auto colon = user_.find(':');
    const auto owner = "uid=" + user_.substr(0, colon) + ",gid=" + user_.substr(colon + 1);
    const auto bind = [&](const std::string& from, const std::string& to) {
        return "type=bind,source=" + at(from).string() + ",target=" + to;
    };
    std::vector<std::string> argv{"docker", "run", "--rm", "--init", "--name", name_, "--label", "familiar.test=1"};
    argv.insert(argv.end(), {"--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "512"});
    argv.insert(argv.end(), {"--network", "none", "--user", user_, "--workdir", "/workspace"});
    argv.insert(argv.end(), {"--tmpfs", "/home/agent:exec,mode=0700," + owner, "--env", "HOME=/home/agent"});
    argv.insert(argv.end(), {"--mount", bind("workspace", "/workspace")});
    argv.insert(argv.end(), {"--mount", bind("prompt.md", "/familiar/prompt.md") + ",readonly"});
    argv.insert(argv.end(), {"--mount", bind("secrets", "/familiar/secrets") + ",readonly"});
    if (has_out_) argv.insert(argv.end(), {"--mount", bind("out", "/familiar/out")});
    argv.insert(argv.end(), more_.begin(), more_.end());
    argv.push_back(agent_image_name);
    return argv;
}

void agent_container::start() {
    const int output = ::open(at("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    running_ = start_program(command(), {.out = output, .error = output});
    ::close(output);
}

int agent_container::finish() {
    const int code = wait_for_exit(running_, std::chrono::seconds(60));
    log = read_file(at("log"));
    return code;
}

boost::json::object agent_container::result() const {
    const auto file = at("out/result.json");
    if (!fs::is_regular_file(fs::symlink_status(file))) throw std::runtime_error("there is no result.json; " + log);
    return boost::json::parse(read_file(file)).as_object();
}

}  // namespace familiar::test
