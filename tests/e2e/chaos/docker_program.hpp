#pragma once

#include "e2e/chaos/evidence.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace familiar::test::chaos {

/// The docker program as the server is given it: it can hang, and it asks the engine what it knows of a container
/// before that is removed. What the engine says then outlives any of its restarts, other than its events.
class docker_program {
public:
    /// In this folder, for the engine at `url`.
    docker_program(std::filesystem::path folder, const std::string& url);

    std::string path() const { return (folder_ / "docker").string(); }

    /// From now on no command gets any further, until release(). Those that were called meanwhile go on then.
    void hang() const;
    void release() const;

    /// What the engine said of the containers that were removed. One may be there several times.
    std::vector<agent_run> removed() const;

private:
    std::optional<std::string> words_of(const std::string& container) const;

    std::filesystem::path folder_;
};

}  // namespace familiar::test::chaos
