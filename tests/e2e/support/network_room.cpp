#include "e2e/support/network_room.hpp"

#include "e2e/support/program.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace familiar::test {

namespace {

void ip(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"ip"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    if (const auto done = run_program(argv); done.code != 0) throw std::runtime_error("ip: " + done.error);
}

}  // namespace

network_room::network_room() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0)
        throw std::system_error(errno, std::generic_category(), "a network of the test's own needs root");
    try {
        ip({"link", "set", "lo", "up"});
        ip({"address", "add", std::string(address) + "/32", "dev", "lo"});
    } catch (...) {
        leave();
        throw;
    }
}

network_room::~network_room() {
    leave();
}

void network_room::leave() {
    ::setns(before_, CLONE_NEWNET);
    ::close(before_);
}

}  // namespace familiar::test
