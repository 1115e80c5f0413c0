#include "e2e/support/place.hpp"

#include "e2e/support/docker.hpp"
#include "e2e/support/program.hpp"
#include "support/unit_test.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace familiar::test {

namespace {

/// Children of the test that are no orphans of a server: the servers themselves, the forge's, and those of an engine of
/// the test's own.
bool is_own(pid_t child) {
    const auto name = name_of_process(child);
    for (const auto* own : {"familiar", "lighttpd", "forge.sh", "unshare", "nsenter", "prometheus"})
        if (name == own) return true;
    return false;
}

struct common_ground {
    common_ground() {
        const auto version = run_program({"docker", "version", "--format", "{{.Server.Version}}"});
        if (version.code != 0)
            throw std::runtime_error(
                "these tests need a Docker engine, and none answers: start one or set DOCKER_HOST\n" + version.error);
        std::filesystem::create_directories(place());
        ::setenv("TMPDIR", place().c_str(), 1);
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    ~common_ground() { end_orphans(); }
};

BOOST_TEST_GLOBAL_FIXTURE(common_ground);

}  // namespace

const std::string& mark() {
    static const std::string text = FAMILIAR_TEST_MARK;
    return text;
}

std::filesystem::path place() {
    return "/tmp/familiar-e2e-" + mark();
}

void end_orphans() {
    for (const auto child : children_of(::getpid())) {
        if (is_own(child)) continue;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
}

}  // namespace familiar::test
