#pragma once

#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "support/unit_test.hpp"

#include <filesystem>
#include <string>

namespace familiar::test {

/// What a server is told so that its agents do what act.sh of their merge request says.
inline configuration::entries scripted(const configuration::entries& changes = {}) {
    configuration::entries all{{"agents.command", R"(["sh", "/workspace/act.sh"])"}};
    for (const auto& [key, value] : changes) all[key] = value;
    return all;
}

/// Starts an agent that does what `script` says; its job.
inline std::string start_script(server& familiar, test_forge& forge, const std::string& script) {
    return familiar.accepted(github("pull_request.opened", forge.open({{"act.sh", script}})));
}

/// The job of an agent that ended by itself or was ended: in that state after a single attempt, and nothing of it left.
inline job_row end_of(server& familiar, const std::string& job, const std::string& state) {
    const auto row = familiar.wait_for_job(job);
    BOOST_TEST_INFO(row.reason);
    BOOST_TEST(row.state == state);
    BOOST_TEST(row.outcome == state);
    BOOST_TEST(row.attempt == 1);
    BOOST_TEST(row.started_at.has_value());
    BOOST_TEST(row.finished_at.has_value());
    BOOST_TEST(!has_container(row.container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));
    return row;
}

}  // namespace familiar::test
