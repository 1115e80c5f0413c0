#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace familiar::test {

/// Commits in a database's write-ahead log: its frames whose header gives the size of the database after the commit
/// (https://www.sqlite.org/fileformat.html#the_write_ahead_log). Right as long as nothing was checkpointed.
inline int commits_in_log(const std::filesystem::path& database) {
    constexpr std::size_t log_header = 32;
    constexpr std::size_t frame_header = 24;
    std::ifstream in(database.string() + "-wal", std::ios::binary);
    const std::string log{std::istreambuf_iterator<char>(in), {}};
    if (log.size() < log_header) return 0;
    const auto number_at = [&](std::size_t offset) {
        std::uint32_t number = 0;
        for (std::size_t i = 0; i < 4; ++i) number = number << 8 | std::uint8_t(log.at(offset + i));
        return number;
    };
    int commits = 0;
    const auto page = number_at(8);
    for (auto frame = log_header; frame < log.size(); frame += frame_header + page)
        commits += number_at(frame + 4) != 0;
    return commits;
}

}  // namespace familiar::test
