#include "e2e/chaos/witness.hpp"

#include "e2e/support/program.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace familiar::test::chaos {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// A line of `docker events`; none if it is cut or about something else.
std::optional<agent_run> read_event(const std::string& line) {
    boost::system::error_code cut;
    const auto event = json::parse(line, cut);
    if (cut) return std::nullopt;
    const auto& about = event.at("Actor").at("Attributes").as_object();
    agent_run run;
    run.name = about.at("name").as_string();
    if (const auto* job = about.if_contains("familiar.job")) run.job = job->as_string();
    const wall_time time(milliseconds(event.at("timeNano").as_int64() / 1'000'000));
    const auto& action = event.at("Action").as_string();
    if (action == "start") {
        run.started = time;
    } else if (action == "die") {
        run.ended = time;
        if (const auto* code = about.if_contains("exitCode")) run.exit_code = std::stoi(std::string(code->as_string()));
    } else if (action != "create") {
        return std::nullopt;
    }
    return run;
}

}  // namespace

witness::witness(std::string url, std::string label, std::filesystem::path file)
    : url_(std::move(url)),
      label_(std::move(label)),
      file_(std::move(file)),
      listener_([this](const auto& end) { listen(end); }) {}

void witness::listen(const std::stop_token& end) const {
    const int file = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    auto since = std::chrono::floor<std::chrono::seconds>(core::now());
    while (!end.stop_requested()) {
        const auto begin = std::chrono::floor<std::chrono::seconds>(core::now());
        const auto stream = start_program(
            {"docker", "--host", url_, "events", "--since", std::to_string(since.time_since_epoch().count()),
             "--filter", "label=" + label_, "--format", "{{json .}}"},
            {.out = file, .error = file});
        while (!end.stop_requested() && ::waitpid(stream, nullptr, WNOHANG) == 0) std::this_thread::sleep_for(50ms);
        if (end.stop_requested()) {
            ::kill(stream, SIGKILL);
            ::waitpid(stream, nullptr, 0);
        }
        since = begin;  // what was told twice does no harm
    }
    ::close(file);
}

std::vector<agent_run> witness::runs(const docker_program& program) const {
    auto tales = program.removed();
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);)
        if (auto run = read_event(line)) tales.push_back(std::move(*run));
    return put_together(tales);
}

std::vector<agent_run> put_together(const std::vector<agent_run>& tales) {
    std::map<std::string, agent_run> all;
    const auto earlier = [](std::optional<wall_time>& known, const std::optional<wall_time>& told) {
        if (told && (!known || *told < *known)) known = told;
    };
    for (const auto& tale : tales) {
        auto& run = all[tale.name];
        run.name = tale.name;
        if (run.job.empty()) run.job = tale.job;
        earlier(run.started, tale.started);
        earlier(run.ended, tale.ended);
        if (!run.exit_code) run.exit_code = tale.exit_code;
        if (!run.last_words) run.last_words = tale.last_words;
    }
    std::vector<agent_run> whole;
    for (auto& [name, run] : all) whole.push_back(std::move(run));
    return whole;
}

}  // namespace familiar::test::chaos
