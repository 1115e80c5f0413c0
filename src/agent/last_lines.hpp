#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The last lines of what an agent printed: what a person wants to see first of one that did not succeed.
namespace familiar::agent {

/// How much is kept.
constexpr std::size_t most_last_lines = 20;
constexpr std::size_t most_last_bytes = 2048;

/// How much of a log's end is enough to find them, whatever terminal sequences and secrets come out of it.
constexpr std::size_t last_lines_are_within = std::size_t{1} << 14;

/// The last lines of `tail`, which is the end of a log: newlines between them and none at the end; valid UTF-8 without
/// secrets, terminal sequences (ECMA-48) and control characters; of a line that overwrites itself (CR) what a terminal
/// would show in the end. Blank lines at either end are left out. Of a line that alone is too long the end is kept,
/// behind "…". Pure, but for the secrets that are known (observe::redact).
std::string last_lines(std::string_view tail);

/// The same of a log file, of which only the end is read. None if there is no such file or it cannot be read. Blocks.
std::optional<std::string> read_last_lines(const std::filesystem::path& log);

}  // namespace familiar::agent
