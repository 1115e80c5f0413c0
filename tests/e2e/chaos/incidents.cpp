#include "e2e/chaos/incidents.hpp"

#include <future>
#include <stdexcept>
#include <string>

namespace familiar::test::chaos {

namespace {

enum class place { engine, program, forge, disk };

place place_of(fault what) {
    switch (what) {
        case fault::engine_killed:
        case fault::engine_restarted:
        case fault::engine_frozen:
            return place::engine;
        case fault::program_hangs:
            return place::program;
        case fault::forge_down:
        case fault::forge_silent:
            return place::forge;
        case fault::disk_full:
            return place::disk;
    }
    return place::engine;
}

}  // namespace

void incidents::play(const std::vector<incident>& plan) {
    std::map<place, std::vector<incident>> plans;
    for (const auto& one : plan) plans[place_of(one.what)].push_back(one);
    std::vector<std::future<void>> players;
    for (auto& [where, several] : plans)
        players.push_back(std::async(std::launch::async, [this, all = std::move(several)] {
            for (const auto& one : all) play_one(one);
        }));
    for (auto& player : players) player.get();
}

void incidents::play_one(const incident& what) {
    time_.wait_until(what.at);
    const auto begin = core::now();
    time_.tell(std::string(to_text(what.what)) + ", for " + core::to_text(what.lasts));
    const auto wait = [&] { time_.wait_until(time_.now() + what.lasts); };
    switch (what.what) {
        case fault::engine_killed:
            engine_.kill();
            wait();
            start_engine(what.live_restore);
            break;
        case fault::engine_restarted:
            engine_.stop();
            wait();
            start_engine(what.live_restore);
            break;
        case fault::engine_frozen:
            engine_.pause();
            wait();
            engine_.resume();
            break;
        case fault::program_hangs:
            program_.hang();
            wait();
            program_.release();
            break;
        case fault::forge_down:
            forge_.stop();
            wait();
            forge_.start();
            break;
        case fault::forge_silent:
            forge_.pause();
            wait();
            forge_.resume();
            break;
        case fault::disk_full:
            full_ = true;
            disk_.fill();
            wait();
            disk_.clear();
            full_ = false;
            break;
    }
    time_.tell(std::string(to_text(what.what)) + " no more");
    const std::lock_guard lock(mutex_);
    ++counts_[what.what];
    if (place_of(what.what) != place::forge) hindrances_.push_back({begin, core::now()});
}

/// The one before may be about to end still.
void incidents::start_engine(bool live_restore) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) try {
            return engine_.start(live_restore ? private_engine::restore::live : private_engine::restore::none);
        } catch (const std::runtime_error& failure) {
            time_.tell(failure.what());
            if (attempt == attempts) throw;
        }
}

std::map<fault, int> incidents::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

std::vector<interval> incidents::hindrances() const {
    const std::lock_guard lock(mutex_);
    return hindrances_;
}

}  // namespace familiar::test::chaos
