#pragma once

#include "app/api_client.hpp"

#include <string>

/// The commands of operators, which talk to the API of a running server. Each prints and returns the exit code: 0 done,
/// 1 the API says no or nobody answers, 2 configuration or usage.
namespace familiar::app {

struct jobs_request {
    api_choice api;
    std::string state;       ///< only jobs in this state; empty: all
    std::string repository;  ///< only jobs of this repository, by its path; empty: all
    std::string before;      ///< only jobs older than this one; empty: all
    unsigned limit = 50;     ///< 1 to 500
};

/// The newest jobs as a table that fits the terminal.
int jobs(const jobs_request& request);

/// Everything about one job. `job` is an id or a unique prefix of one, here and below.
int show(const api_choice& api, const std::string& job);

/// The log of a job's agent. `follow`: as it is printed, until the agent has ended. --json: an object for each line.
int logs(const api_choice& api, const std::string& job, bool follow);

int cancel(const api_choice& api, const std::string& job);

/// Starts an ended job anew.
int retry(const api_choice& api, const std::string& job);

}  // namespace familiar::app
