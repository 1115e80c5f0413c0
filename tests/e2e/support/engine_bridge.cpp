#include "e2e/support/engine_bridge.hpp"

#include "e2e/support/program.hpp"
#include "e2e/support/wait_for.hpp"

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace familiar::test {

engine_bridge::engine_bridge(std::string name) : name_(std::move(name)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    const auto made = run_program({FAMILIAR_SOURCE_DIR "/cmake/engine_bridge.sh", name_}, {.in = ends[0]});
    ::close(ends[0]);
    held_ = ends[1];
    if (made.code == 0) return;
    ::close(held_);
    throw std::runtime_error("no bridge " + name_ + " for a Docker engine: " + made.error);
}

engine_bridge::~engine_bridge() {
    ::close(held_);
    try {
        wait_for("the bridge is gone", [this] { return run_program({"ip", "link", "show", name_}).code != 0; });
    } catch (const std::exception&) {
        // It is left behind, which the tests of it show.
    }
}

}  // namespace familiar::test
