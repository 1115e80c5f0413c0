#include "e2e/support/docker.hpp"

#include "e2e/support/program.hpp"
#include "e2e/support/wait_for.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace familiar::test {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace

std::string docker(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"docker"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto ended = run_program(argv);
    if (ended.code != 0)
        throw std::runtime_error("docker " + arguments.front() + " failed: " + ended.error + ended.out);
    return std::move(ended.out);
}

std::vector<std::string> containers(const std::string& label) {
    return lines_of(docker({"ps", "--all", "--filter", "label=" + label, "--format", "{{.Names}}"}));
}

std::vector<std::string> running_containers(const std::string& label) {
    return lines_of(docker({"ps", "--filter", "label=" + label, "--format", "{{.Names}}"}));
}

bool has_container(const std::string& name) {
    return run_program({"docker", "inspect", "--type", "container", name}).code == 0;
}

boost::json::object inspect(const std::string& name) {
    return boost::json::parse(docker({"inspect", "--type", "container", "--format", "{{json .}}", name})).as_object();
}

std::string in_container(const std::string& name, const std::string& command) {
    return docker({"exec", name, "sh", "-c", command});
}

event_log::event_log(const std::string& label) {
    const int file = ::open((folder_ / "events").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch();
    stream_ = start_program({"docker", "events", "--since", std::to_string(now.count()), "--filter", "label=" + label,
                             "--format", "{{json .}}"},
                            {.out = file});
    ::close(file);
}

event_log::~event_log() {
    ::kill(stream_, SIGKILL);
    ::waitpid(stream_, nullptr, 0);
}

std::int64_t event_log::time_of(const std::string& action) const {
    std::vector<std::int64_t> times;
    wait_for("the engine tells of a " + action, [&] { return !(times = times_of(action)).empty(); });
    return times.front();
}

std::size_t event_log::count(const std::string& action) const {
    return times_of(action).size();
}

std::vector<std::int64_t> event_log::times_of(const std::string& action) const {
    std::vector<std::int64_t> times;
    std::ifstream lines(folder_ / "events");
    for (std::string line; std::getline(lines, line);) {
        boost::system::error_code unfinished;
        const auto event = boost::json::parse(line, unfinished);
        if (!unfinished && event.at("Action").as_string() == action)
            times.push_back(event.at("timeNano").as_int64() / 1'000'000);
    }
    return times;
}

std::vector<std::string> docker_programs() {
    std::vector<std::string> found;
    std::vector<std::filesystem::path> seen;
    std::istringstream places(std::getenv("PATH"));
    for (std::string place; std::getline(places, place, ':');) {
        const auto program = std::filesystem::path(place) / "docker";
        if (::access(program.c_str(), X_OK) != 0) continue;
        const auto real = std::filesystem::canonical(program);
        if (std::find(seen.begin(), seen.end(), real) != seen.end()) continue;
        seen.push_back(real);
        found.push_back(program.string());
    }
    return found;
}

}  // namespace familiar::test
