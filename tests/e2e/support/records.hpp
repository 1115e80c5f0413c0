#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What the server wrote down, read while it runs or after its end.
namespace familiar::test {

struct job_row {
    std::string id{};
    std::string state{};
    std::string kind{};
    std::string path{};
    std::int64_t number = 0;
    int attempt = 0;
    std::string retry_of{};
    std::string head{};
    std::optional<std::int64_t> created_at{};  ///< ms since 1970, as all times here
    std::optional<std::int64_t> started_at{};
    std::optional<std::int64_t> deadline{};
    std::optional<std::int64_t> finished_at{};
    std::string outcome{};
    std::string reason{};
    std::optional<int> exit_code{};
    std::string container{};
    std::string log{};
    std::string last_lines{};
};

/// All jobs, oldest first.
std::vector<job_row> jobs_in(const std::filesystem::path& database);

/// Throws if there is none of that id.
job_row job_in(const std::filesystem::path& database, const std::string& id);

/// Ids of the deliveries that are kept.
std::vector<std::string> deliveries_in(const std::filesystem::path& database);

}  // namespace familiar::test
