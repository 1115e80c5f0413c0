#pragma once

#include "support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace familiar::test {

/// A docker program that does what a script says, for what a real engine cannot do on demand. The script gets the CLI's
/// arguments and finds $HERE, a folder of its own, for what it wants to remember between two calls.
class fake_docker {
public:
    explicit fake_docker(const std::string& script) {
        std::ofstream(program()) << "#!/bin/sh\nHERE='" << here_.path().string() << "'\n" << script << "\n";
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }

    std::string program() const { return (here_ / "docker").string(); }
    std::filesystem::path operator/(const std::filesystem::path& name) const { return here_ / name; }

private:
    temporary_directory here_;
};

}  // namespace familiar::test
