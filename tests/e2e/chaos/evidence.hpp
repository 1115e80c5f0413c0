#pragma once

#include "core/time.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/support/records.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What is known after the chaos, and who says so: the client of its own deliveries, the engine of its containers, the
/// test of what it did to the server, and the server's journal of how the jobs have ended.
namespace familiar::test::chaos {

using core::wall_time;

/// A webhook that the client posted, and what it was told.
struct post {
    std::string delivery{};
    std::string path{};  ///< of the repository
    std::int64_t number = 0;
    news what = news::opened;
    std::string meaning{};  ///< the same for deliveries that mean the same
    std::string words{};    ///< what a comment says and no other does; else empty
    wall_time sent{};
    wall_time answered{};
    unsigned status = 0;   ///< 0 if there was no answer
    std::string answer{};  ///< "queued", "duplicate", ...
    std::string job{};

    bool acknowledged() const { return status >= 200 && status < 300; }
};

/// What a person asked of a job and was granted.
struct granted {
    std::string job{};
    std::string fresh{};  ///< the new job, of a retry; empty: the job was cancelled
    wall_time at{};       ///< when that was said
};

/// A container, as the engine tells of it.
struct agent_run {
    std::string name{};
    std::string job{};
    std::optional<wall_time> started{};  ///< none if it never was
    std::optional<wall_time> ended{};    ///< none if the engine lost it, or it runs
    std::optional<int> exit_code{};
    std::optional<std::string> last_words{};  ///< the last line of its log after its end
};

struct interval {
    wall_time from{};
    wall_time to{};
};

/// A process of the server.
struct lived {
    wall_time begun{};
    std::optional<wall_time> ready{};
    wall_time ended{};
    std::optional<death> how{};  ///< none if it ended by itself
    int code = 0;                ///< its exit code, 128 + N after signal N
    bool disk_was_full = false;  ///< at some time of it
};

/// Some figures of one page of /metrics.
struct figures {
    double spawned = 0;
    double active = 0;
    double ended = 0;  ///< the five counters of ends
};

struct evidence {
    std::vector<post> posts{};
    std::vector<granted> orders{};
    std::vector<agent_run> runs{};
    std::vector<job_row> jobs{};
    std::map<std::string, std::string> job_of{};         ///< by delivery, as the journal has it in the end
    std::map<std::string, std::string> early_outcome{};  ///< by job, its first final state that anybody saw
    std::map<std::string, std::string> logs{};           ///< by job; no entry without a file
    std::vector<lived> lives{};
    std::vector<figures> scrapes{};
    std::vector<interval> hindered{};  ///< when server or engine were away, or the disk was full
    std::vector<std::string> left{};   ///< containers, folders, locks and processes that should be gone
    milliseconds longest_run{};        ///< of an agent while nothing hinders: timeout, grace and slack
};

}  // namespace familiar::test::chaos
