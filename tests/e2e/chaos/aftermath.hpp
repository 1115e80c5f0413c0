#pragma once

#include "e2e/support/records.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What is there to see once everything is over.
namespace familiar::test::chaos {

/// The job that each delivery stands for in the end.
std::map<std::string, std::string> jobs_of_deliveries(const std::filesystem::path& database);

/// The agents' logs, by job.
std::map<std::string, std::string> logs_of(const std::vector<job_row>& jobs);

/// How many jobs have not ended.
std::size_t unfinished_in(const std::filesystem::path& database);

/// What of an instance is left: containers, folders of jobs, locks and unfinished files of `cache` and `logs`, each
/// with its name.
std::vector<std::string> left_of(const std::string& label, const std::filesystem::path& cache,
                                 const std::filesystem::path& logs);

/// Command lines of processes that have something to do with a folder.
std::vector<std::string> processes_of(const std::filesystem::path& folder);

}  // namespace familiar::test::chaos
