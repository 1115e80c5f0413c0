#pragma once

#include "support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace familiar::test {

/// A docker program that finds no engine until it is switched on: a value for docker.cli.
class engine_switch {
public:
    engine_switch() {
        std::ofstream(program()) << "#!/bin/sh\n[ -e '" << flag().string() << "' ] || export DOCKER_HOST=unix://"
                                 << (folder_ / "nobody.sock").string() << "\nexec docker \"$@\"\n";
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }

    std::string program() const { return (folder_ / "docker").string(); }
    void on() const { std::ofstream(flag()).put('1'); }
    void off() const { std::filesystem::remove(flag()); }

private:
    std::filesystem::path flag() const { return folder_ / "on"; }

    temporary_directory folder_;
};

}  // namespace familiar::test
