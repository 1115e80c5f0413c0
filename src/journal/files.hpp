#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <string>
#include <utility>

/// The files around a database: the lock beside it, and the moments when a file comes to be.
namespace familiar::journal {

/// An open descriptor, closed with its owner and not inherited by programs we start.
class descriptor {
public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor();
    int number() const noexcept { return number_; }

private:
    int number_;
};

/// Sees that `database` can be a database file: its directory is there and it is no directory itself.
core::result<void> check_place(const std::filesystem::path& database);

/// Takes `<database>.lock` for as long as the result lives (flock, so a killed process leaves none behind). errc::busy
/// names the process that has it.
core::result<descriptor> lock_for(const std::filesystem::path& database);

/// Makes an empty file (0600) and its directory entry durable; nothing if there is one, whatever it holds.
core::result<void> make_private_file(const std::filesystem::path& path);

/// Makes durable what a file holds and that its directory names it.
core::result<void> make_durable(const std::filesystem::path& path);

}  // namespace familiar::journal
