#pragma once

#include <cstddef>
#include <filesystem>

namespace familiar::test::chaos {

/// A file system of a few megabytes in memory, seen by this process and its children only, so that it can be full.
/// Needs root. Throws where something does not work.
class small_disk {
public:
    /// Mounts it on `folder`, which is made.
    small_disk(std::filesystem::path folder, std::size_t bytes);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    const std::filesystem::path& path() const { return folder_; }

    /// Leaves no byte free.
    void fill() const;
    void clear() const;

private:
    std::filesystem::path filler() const { return folder_ / "filler"; }

    std::filesystem::path folder_;
};

}  // namespace familiar::test::chaos
