#pragma once

#include "e2e/chaos/docker_program.hpp"
#include "e2e/chaos/evidence.hpp"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace familiar::test::chaos {

/// Listens to what the engine tells of the server's containers, as long as it lives; again after each of its ends.
class witness {
public:
    /// Keeps what it hears in `file`. `label`: of the containers.
    witness(std::string url, std::string label, std::filesystem::path file);

    /// What it has heard so far and what the engine said when containers were removed, put together.
    std::vector<agent_run> runs(const docker_program& program) const;

private:
    void listen(const std::stop_token& end) const;

    std::string url_;
    std::string label_;
    std::filesystem::path file_;
    std::jthread listener_;
};

/// Of several tales of one container the whole. The first end is the true one.
std::vector<agent_run> put_together(const std::vector<agent_run>& tales);

}  // namespace familiar::test::chaos
