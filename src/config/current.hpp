#pragma once

#include "config/settings.hpp"

#include <memory>
#include <utility>

namespace familiar::config {

/// The configuration in force. A reload replaces it as a whole; what reads it afresh each time has the new one at once,
/// and what needs one over a longer time, as a job does from its start to its end, takes a snapshot. One thread; a
/// snapshot may be read on any.
class current {
public:
    explicit current(settings first) : settings_(std::make_shared<const settings>(std::move(first))) {}
    current(const current&) = delete;
    current& operator=(const current&) = delete;

    /// Valid until the next replace(): not to be kept across a suspension.
    const settings& operator*() const noexcept { return *settings_; }
    const settings* operator->() const noexcept { return settings_.get(); }

    std::shared_ptr<const settings> snapshot() const noexcept { return settings_; }

    void replace(settings next) { settings_ = std::make_shared<const settings>(std::move(next)); }

private:
    std::shared_ptr<const settings> settings_;
};

}  // namespace familiar::config
