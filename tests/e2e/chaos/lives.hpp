#pragma once

#include "e2e/chaos/evidence.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/chaos/timeline.hpp"
#include "e2e/support/configuration.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace familiar::test::chaos {

/// The server's program, started and killed again and again on the same folders.
class lives {
public:
    /// In `folder`, where its configuration and log are; `database`: storage.path, `port`: server.port. `full`: whether
    /// its disk is, which is a reason not to start.
    lives(timeline& time, configuration configured, std::filesystem::path folder, std::filesystem::path database,
          std::uint16_t port, const std::atomic<bool>& full);
    ~lives();
    lives(const lives&) = delete;
    lives& operator=(const lives&) = delete;

    /// Until `end`; no server is left then.
    void play(const std::vector<life>& plan, milliseconds end);

    /// The last life, which nobody disturbs: returns once it is ready. Throws if it does not get ready.
    void start_last();
    bool runs() const { return process_ != 0; }
    pid_t process() const { return process_; }
    /// SIGTERM, to the end.
    void end_last();
    /// Keeps the figures of /metrics.
    void scrape();

    const std::vector<lived>& all() const { return lived_; }
    const std::vector<figures>& scrapes() const { return scrapes_; }
    /// The first final state of each job that was seen between two lives.
    const std::map<std::string, std::string>& early_outcomes() const { return early_; }
    std::string log() const;

private:
    void live(const life& plan, milliseconds end);
    void start(bool detach);
    bool watch_until(milliseconds at);
    bool is_ready() const;
    void end(const life& plan);
    bool has_ended();
    void wait_for_end(std::chrono::seconds bound);
    void look_at_outcomes();

    timeline& time_;
    configuration configuration_;
    std::filesystem::path folder_;
    std::filesystem::path database_;
    std::uint16_t port_;
    const std::atomic<bool>& full_;

    pid_t process_ = 0;
    std::vector<lived> lived_;
    std::vector<figures> scrapes_;
    std::map<std::string, std::string> early_;
};

}  // namespace familiar::test::chaos
