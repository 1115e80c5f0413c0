#include "e2e/chaos/lives.hpp"

#include "e2e/support/http.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace familiar::test::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto start_bound = 60s;
constexpr auto end_bound = 60s;  // drain, grace, and what the contract allows for clean-up, on a busy machine

double sample(const std::string& page, const std::string& name) {
    const auto at = page.find("\nfamiliar_" + name + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size() + 11));
}

figures read_figures(const std::string& page) {
    figures read{.spawned = sample(page, "agents_spawned_total"), .active = sample(page, "active_agents")};
    for (const auto* end : {"completed", "failed", "timed_out", "cancelled", "interrupted"})
        read.ended += sample(page, "agents_" + std::string(end) + "_total");
    return read;
}

bool is_final(const std::string& state) {
    constexpr std::array open{"received", "held", "queued", "preparing", "running", "finishing"};
    return std::ranges::none_of(open, [&](const char* one) { return state == one; });
}

}  // namespace

lives::lives(timeline& time, configuration configured, std::filesystem::path folder, std::filesystem::path database,
             std::uint16_t port, const std::atomic<bool>& full)
    : time_(time),
      configuration_(std::move(configured)),
      folder_(std::move(folder)),
      database_(std::move(database)),
      port_(port),
      full_(full) {
    // One and the same program for all lives, also if it is built anew meanwhile.
    std::filesystem::copy_file(FAMILIAR_BINARY, folder_ / "familiar");
}

lives::~lives() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void lives::play(const std::vector<life>& plan, milliseconds end) {
    for (std::size_t i = 0; time_.now() < end; ++i) live(plan.at(i % plan.size()), end);
}

void lives::live(const life& plan, milliseconds end_of_chaos) {
    start(plan.detach);
    const auto until = std::min(time_.now() + plan.lasts, end_of_chaos);
    if (watch_until(until)) {
        if (lived_.back().ready) scrape();
        end(plan);
    }
    const auto& last = lived_.back();
    time_.tell("server ended: " + std::string(last.how ? to_text(*last.how) : "by itself") + ", " +
               std::to_string(last.code));
    look_at_outcomes();
    time_.wait_until(std::min(time_.now() + plan.pause, end_of_chaos));
}

void lives::start(bool detach) {
    configuration_.set("shutdown.agents", detach ? "detach" : "drain");
    std::ofstream(folder_ / "familiar.yaml") << configuration_.yaml();
    const auto log = folder_ / "server.log";
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    lived_.push_back({.begun = core::now(), .disk_was_full = full_});
    process_ =
        start_program({(folder_ / "familiar").string(), "serve", "--config", (folder_ / "familiar.yaml").string()},
                      {.directory = folder_, .out = file, .error = file});
    ::close(file);
    time_.tell("server started");
}

/// Waits, and sees when it gets ready. False if it ended by itself.
bool lives::watch_until(milliseconds at) {
    for (; time_.now() < at; std::this_thread::sleep_for(10ms)) {
        lived_.back().disk_was_full = lived_.back().disk_was_full || full_;
        if (has_ended()) {
            std::this_thread::sleep_for(300ms);
            return false;
        }
        if (!lived_.back().ready && is_ready()) {
            lived_.back().ready = core::now();
            time_.tell("server ready");
        }
    }
    return true;
}

bool lives::is_ready() const try {
    return request(port_, "GET", "/readyz", {}, {}, 2s).status == 200;
} catch (const std::exception&) {
    return false;
}

bool lives::has_ended() {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == 0) return false;
    process_ = 0;
    auto& last = lived_.back();
    last.ended = core::now();
    last.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

void lives::end(const life& plan) {
    auto& last = lived_.back();
    last.how = plan.how;
    time_.tell("server: " + std::string(to_text(plan.how)));
    if (plan.how == death::killed) {
        ::kill(process_, SIGKILL);
        return wait_for_end(end_bound);
    }
    ::kill(process_, SIGTERM);
    if (plan.how != death::asked) {
        const auto second = time_.now() + plan.patience;
        while (process_ != 0 && time_.now() < second && !has_ended()) std::this_thread::sleep_for(5ms);
        if (process_ != 0) ::kill(process_, plan.how == death::pressed ? SIGTERM : SIGKILL);
    }
    if (process_ != 0) wait_for_end(end_bound);
}

/// One that does not end is killed, and that shows as 128 + 9 after a SIGTERM.
void lives::wait_for_end(std::chrono::seconds bound) {
    const auto give_up = std::chrono::steady_clock::now() + bound;
    while (!has_ended()) {
        if (std::chrono::steady_clock::now() > give_up) ::kill(process_, SIGKILL);
        std::this_thread::sleep_for(2ms);
    }
}

void lives::look_at_outcomes() {
    if (!std::filesystem::exists(database_)) return;
    try {
        for (const auto& job : jobs_in(database_))
            if (is_final(job.state)) early_.try_emplace(job.id, job.state);
    } catch (const std::exception& failure) {
        time_.tell(std::string("the journal cannot be read now: ") + failure.what());
    }
}

void lives::start_last() {
    start(false);
    watch_until(time_.now() + 100ms);
    const auto give_up = std::chrono::steady_clock::now() + start_bound;
    while (process_ != 0 && !lived_.back().ready) {
        if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("the server does not get ready");
        watch_until(time_.now() + 50ms);
    }
    if (process_ == 0) throw std::runtime_error("the server does not start:\n" + log());
}

void lives::end_last() {
    end({.how = death::asked});
}

void lives::scrape() {
    try {
        scrapes_.push_back(read_figures(request(port_, "GET", "/metrics", {}, {}, 5s).body));
    } catch (const std::exception&) {
        time_.tell("no metrics");
    }
}

std::string lives::log() const {
    return read_file(folder_ / "server.log");
}

}  // namespace familiar::test::chaos
