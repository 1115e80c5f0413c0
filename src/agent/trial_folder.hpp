#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <utility>
#include <vector>

namespace familiar::agent {

/// A new empty folder for a trial, 0700, which goes with its owner, and with it those of the folders above that had to
/// be made for it.
class trial_folder {
public:
    /// Makes it in `parent`. errc::storage_full, storage_failed.
    static core::result<trial_folder> make(const std::filesystem::path& parent);

    trial_folder(trial_folder&& other) noexcept : made_(std::exchange(other.made_, {})) {}
    trial_folder& operator=(trial_folder&&) = delete;
    ~trial_folder();

    const std::filesystem::path& path() const noexcept { return made_.back(); }

private:
    trial_folder() = default;

    std::vector<std::filesystem::path> made_{};  ///< in the order in which they came to be
};

}  // namespace familiar::agent
