#pragma once

#include "core/time.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <thread>

namespace familiar::test::chaos {

using std::chrono::milliseconds;

/// When things are to happen, and what has happened when. For several threads.
class timeline {
public:
    milliseconds now() const { return std::chrono::floor<milliseconds>(std::chrono::steady_clock::now() - begin_); }
    void wait_until(milliseconds at) const { std::this_thread::sleep_until(begin_ + at); }

    void tell(const std::string& what) {
        const std::lock_guard lock(mutex_);
        text_ += core::to_rfc3339(core::now()) + " " + what + "\n";
    }
    /// A line for each thing that was told.
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace familiar::test::chaos
