#pragma once

#include "e2e/chaos/docker_program.hpp"
#include "e2e/chaos/evidence.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/chaos/small_disk.hpp"
#include "e2e/chaos/timeline.hpp"
#include "e2e/support/private_engine.hpp"
#include "support/git_forge.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace familiar::test::chaos {

/// Makes go wrong what stands around the server, and puts it right again.
class incidents {
public:
    incidents(timeline& time, private_engine& engine, docker_program& program, git_forge& forge, small_disk& disk)
        : time_(time), engine_(engine), program_(program), forge_(forge), disk_(disk) {}

    /// All of the plan; those of one kind one after the other, others at the same time. Everything works afterwards.
    void play(const std::vector<incident>& plan);

    /// Whether the disk is full now.
    const std::atomic<bool>& disk_is_full() const { return full_; }

    /// How often each has happened.
    std::map<fault, int> counts() const;
    /// When agents could not be stopped for one of them.
    std::vector<interval> hindrances() const;

private:
    void play_one(const incident& what);
    void start_engine(bool live_restore);

    timeline& time_;
    private_engine& engine_;
    docker_program& program_;
    git_forge& forge_;
    small_disk& disk_;
    std::atomic<bool> full_ = false;

    mutable std::mutex mutex_;
    std::map<fault, int> counts_;
    std::vector<interval> hindrances_;
};

}  // namespace familiar::test::chaos
