#include "e2e/chaos/aftermath.hpp"

#include "e2e/support/docker.hpp"
#include "e2e/support/server.hpp"
#include "support/processes.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <unistd.h>

namespace familiar::test::chaos {

namespace {

constexpr int patience_ms = 10'000;

SQLite::Database open(const std::filesystem::path& database) {
    return {database.string(), SQLite::OPEN_READONLY, patience_ms};
}

/// Files below a folder whose names end like this.
void add_files(std::vector<std::string>& found, const std::filesystem::path& folder,
               std::initializer_list<const char*> ends) {
    if (!std::filesystem::exists(folder)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (std::ranges::any_of(ends, [&](const char* end) { return name.ends_with(end); }))
            found.push_back("file " + entry.path().string());
    }
}

}  // namespace

std::map<std::string, std::string> jobs_of_deliveries(const std::filesystem::path& database) {
    auto opened = open(database);
    SQLite::Statement query(opened, "select id, job from deliveries");
    std::map<std::string, std::string> all;
    while (query.executeStep()) all[query.getColumn(0).getString()] = query.getColumn(1).getString();
    return all;
}

std::map<std::string, std::string> logs_of(const std::vector<job_row>& jobs) {
    std::map<std::string, std::string> all;
    for (const auto& job : jobs)
        if (!job.log.empty() && std::filesystem::exists(job.log)) all[job.id] = read_file(job.log);
    return all;
}

std::size_t unfinished_in(const std::filesystem::path& database) {
    auto opened = open(database);
    return static_cast<std::size_t>(
        opened
            .execAndGet("select count(*) from jobs where state in "
                        "('received', 'held', 'queued', 'preparing', 'running', 'finishing')")
            .getInt64());
}

std::vector<std::string> left_of(const std::string& label, const std::filesystem::path& cache,
                                 const std::filesystem::path& logs) {
    std::vector<std::string> found;
    for (const auto& name : containers(label)) found.push_back("container " + name);
    if (std::filesystem::exists(cache / "jobs"))
        for (const auto& entry : std::filesystem::directory_iterator(cache / "jobs"))
            found.push_back("workspace " + entry.path().string());
    add_files(found, cache / "mirrors", {".lock"});
    add_files(found, logs, {".part", ".tmp"});
    return found;
}

std::vector<std::string> processes_of(const std::filesystem::path& folder) {
    std::vector<std::string> found;
    for (auto& [id, argv] : running_processes()) {
        if (id == ::getpid() || argv.find(folder.string()) == argv.npos) continue;
        std::ranges::replace(argv, '\0', ' ');
        found.push_back("process " + std::to_string(id) + " " + argv);
    }
    return found;
}

}  // namespace familiar::test::chaos
