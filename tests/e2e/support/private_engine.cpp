#include "e2e/support/private_engine.hpp"

#include "e2e/support/engine_bridge.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/wait_for.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace familiar::test {

namespace {

/// dockerd shares the system's containerd if it sees one, and writes a key to /etc/docker: it gets empty folders
/// instead. The first process of a process namespace has to collect whatever loses its parent there.
constexpr auto hold = R"(
for folder in /run/containerd /run/docker /etc/docker; do
    mkdir -p $folder && mount -t tmpfs -o mode=0711 none $folder || exit 1
done
sleep infinity &
touch "$1/held"
wait)";

/// Puts dockerd in the place of a shell and hands it a socket as systemd does: as descriptor 3, meant for this process.
constexpr auto with_socket = R"(exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec dockerd "$@")";

int open_log(const std::filesystem::path& file) {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/// Starts a program that writes what it has to say to `log`.
pid_t start_with_log(const std::vector<std::string>& argv, const std::filesystem::path& log, int in = -1) {
    const int file = open_log(log);
    const auto child = start_program(argv, {.in = in, .out = file, .error = file});
    ::close(file);
    return child;
}

}  // namespace

private_engine::private_engine(restore containers, shape has) : restore_(containers), shape_(has) {
    if (::getuid() != 0) throw std::runtime_error("a Docker engine of the test's own needs root");
    const char* before = std::getenv("DOCKER_HOST");
    host_before_ = {before != nullptr, before == nullptr ? "" : before};
    try {
        hold_namespaces();
        if (shape_ == shape::installed) hold_socket();
        ::setenv("DOCKER_HOST", url().c_str(), 1);
        start(containers);
        const std::string source = FAMILIAR_SOURCE_DIR;
        const auto made = run_program({source + "/containers/demo-agent/build-image.sh", source + "/build/cache"});
        if (made.code != 0) throw std::runtime_error("no demo image: " + made.error);
    } catch (...) {
        release();
        throw;
    }
}

private_engine::~private_engine() {
    try {
        if (runs()) {
            resume();
            run_program({"sh", "-c", "docker ps --all --quiet | xargs --no-run-if-empty docker rm --force"});
            stop();
        }
    } catch (const std::exception&) {
        // It does not end by itself: that happens next.
    }
    release();
}

/// Ends whatever is left, without a word.
void private_engine::release() {
    for (auto* child : {&holder_, &entry_}) {
        if (*child == 0) continue;
        ::kill(*child, SIGKILL);  // the first one's child dies with it, and with that the namespaces with all they hold
        ::waitpid(*child, nullptr, 0);
        *child = 0;
    }
    if (listener_ >= 0) ::close(listener_);
    if (host_before_.first)
        ::setenv("DOCKER_HOST", host_before_.second.c_str(), 1);
    else
        ::unsetenv("DOCKER_HOST");
}

void private_engine::hold_namespaces() {
    holder_ = start_with_log({"unshare", "--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child",
                              "--mount-proc", "sh", "-c", hold, "sh", folder_.path().string()},
                             folder_ / "log");
    wait_for("the engine's namespaces are there", [this] {
        if (::waitpid(holder_, nullptr, WNOHANG) != 0) {
            holder_ = 0;
            throw std::runtime_error("no namespaces for a Docker engine: " + last_words());
        }
        return std::filesystem::exists(folder_ / "held");
    });
}

void private_engine::hold_socket() {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    socket().string().copy(place.sun_path, sizeof place.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0 ||
        ::chown(place.sun_path, 0, group) != 0 || ::chmod(place.sun_path, 0660) != 0 ||
        ::listen(listener_, SOMAXCONN) != 0)
        throw std::system_error(errno, std::generic_category(), "no socket for a Docker engine");
}

void private_engine::start(restore containers) {
    restore_ = containers;
    const auto in = [this](const char* name) { return (folder_ / name).string(); };
    std::ofstream(in("daemon.json")) << "{}";
    std::vector<std::string> argv{"nsenter", "--target", std::to_string(children_of(holder_).at(0)), "--mount",
                                  "--pid"};
    // A containerd that dockerd gives up on leaves its stacks there.
    argv.insert(argv.end(), {"env", "TMPDIR=" + folder_.path().string()});
    std::optional<engine_bridge> bridge;  // until it answers
    if (shape_ == shape::installed) {
        argv.insert(argv.end(), {"sh", "-c", with_socket, "sh", "--host", "fd://"});
    } else {
        bridge.emplace("familiar" + std::to_string(holder_));
        argv.insert(argv.end(), {"dockerd", "--host", url(), "--bridge", bridge->name(), "--iptables=false",
                                 "--ip6tables=false", "--ip-forward=false"});
    }
    argv.insert(argv.end(), {"--config-file", in("daemon.json"), "--data-root", in("data"), "--exec-root", in("exec"),
                             "--pidfile", in("pid")});
    if (containers == restore::live) argv.emplace_back("--live-restore");
    entry_ = start_with_log(argv, folder_ / "log", listener_);
    wait_for(
        "the engine answers",
        [this] {
            if (::waitpid(entry_, nullptr, WNOHANG) != 0) {
                entry_ = 0;
                throw std::runtime_error("dockerd has ended: " + last_words());
            }
            return answers();
        },
        std::chrono::seconds(60), std::chrono::milliseconds(100));
}

void private_engine::fetch(const std::string& image) const {
    const auto before = host_before_.first ? "DOCKER_HOST=" + host_before_.second : "--unset=DOCKER_HOST";
    const auto fetched = run_program(
        {"bash", "-c", "set -o pipefail; env \"$1\" docker save \"$2\" | docker load", "bash", before, image});
    if (fetched.code != 0) throw std::runtime_error("no image " + image + ": " + fetched.error);
}

void private_engine::stop() {
    signal(SIGTERM);
    wait_for_end();
}

void private_engine::kill() {
    signal(SIGKILL);
    wait_for_end();
}

void private_engine::forget(const std::string& id) const {
    if (runs() || std::filesystem::remove_all(folder_ / "data/containers" / id) == 0)
        throw std::runtime_error("the engine runs, or has no container " + id);
}

void private_engine::pause() {
    signal(SIGSTOP);
}

void private_engine::resume() {
    if (!runs()) return;
    signal(SIGCONT);
    ::kill(entry_, SIGCONT);  // nsenter stops with its child
}

/// To dockerd, not to nsenter, which would leave it alone.
void private_engine::signal(int number) const {
    for (const auto child : children_of(entry_)) ::kill(child, number);
}

void private_engine::wait_for_end() {
    wait_for_exit(entry_, std::chrono::seconds(60));
    entry_ = 0;
}

bool private_engine::answers() const {
    return run_program({"timeout", "5", "docker", "--host", url(), "version"}).code == 0;
}

std::string private_engine::last_words() const {
    std::ifstream in(folder_ / "log");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    constexpr std::size_t enough = 2000;
    return text.substr(text.size() - std::min(text.size(), enough));
}

}  // namespace familiar::test
