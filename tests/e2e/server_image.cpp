#include "e2e/support/configuration.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/http.hpp"
#include "e2e/support/place.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/git_forge.hpp"
#include "support/processes.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

// The image of containers/server/Dockerfile, as tests/e2e/images.sh has it built. What a container of it takes and how
// quickly it is there is printed and not judged: the build for the tests is not optimised.
namespace {

using namespace familiar::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr auto image = "familiar-test-server:latest";
constexpr std::int64_t largest_image = 240'000'000;

std::vector<std::string> operator+(std::vector<std::string> all, const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// What becomes of `docker run OPTIONS image COMMAND`, without a network.
program_end run(const std::vector<std::string>& options, const std::vector<std::string>& command) {
    const std::vector<std::string> run{"docker", "run", "--rm", "--network", "none"};
    return run_program(run + options + std::vector<std::string>{image} + command);
}

/// What a shell command prints in a container of the image. Throws if it fails.
std::string shell(const std::string& command, const std::vector<std::string>& options = {}) {
    const auto ended = run(options + std::vector<std::string>{"--entrypoint", "sh"}, {"-c", command});
    if (ended.code != 0) throw std::runtime_error(command + " failed: " + ended.error);
    return ended.out;
}

/// A field of `docker inspect` of the image.
json::value of_image(const std::string& field) {
    return json::parse(docker({"image", "inspect", "--format", "{{json ." + field + "}}", image}));
}

std::string mounted(const fs::path& source, const fs::path& target, const std::string& how = "") {
    return "type=bind,source=" + source.string() + ",target=" + target.string() + how;
}

/// The options that let a container speak to the engine, whose socket belongs to a group.
std::vector<std::string> with_engine() {
    const auto* const named = std::getenv("DOCKER_HOST");
    const std::string socket =
        named == nullptr ? "/var/run/docker.sock" : std::string(named).substr(sizeof "unix://" - 1);
    struct stat found{};
    if (::stat(socket.c_str(), &found) != 0) throw std::runtime_error("there is no socket " + socket);
    return {"--mount", mounted(socket, "/var/run/docker.sock"), "--group-add", std::to_string(found.st_gid)};
}

/// A server in a container, on this machine's network, with a root that nobody can write to and one folder that is the
/// same on both sides. It goes with this object, and all that it has written.
class contained {
public:
    explicit contained(const std::vector<std::string>& options = {}, const std::vector<std::string>& command = {}) {
        fs::permissions(folder_.path(), fs::perms::all);
        std::ofstream(folder_ / "config.yaml") << configured().yaml();
        docker(std::vector<std::string>{
                   "run", "--detach", "--name", name_, "--network", "host", "--read-only", "--tmpfs", "/tmp", "--mount",
                   mounted(folder_.path(), folder_.path()), "--mount",
                   mounted(folder_ / "config.yaml", "/etc/familiar/config.yaml", ",readonly"), "--env",
                   "FAMILIAR_URL=http://127.0.0.1:" + std::to_string(port_), "--health-interval", "3s"} +
               with_engine() + options + std::vector<std::string>{image} + command);
    }
    ~contained() {
        run_program({"docker", "rm", "--force", name_});
        // Its files are another user's.
        run({"--user", "0:0", "--mount", mounted(folder_.path(), "/folder"), "--entrypoint", "find"},
            {"/folder", "-mindepth", "1", "-delete"});
    }
    contained(const contained&) = delete;
    contained& operator=(const contained&) = delete;

    json::object state() const { return inspect(name_).at("State").as_object(); }
    std::string health() const { return std::string(state().at("Health").at("Status").as_string()); }
    std::string log() const {
        const auto printed = run_program({"docker", "logs", name_});
        return printed.out + printed.error;
    }
    pid_t process() const { return static_cast<pid_t>(state().at("Pid").as_int64()); }
    /// Throws while nobody listens.
    answer get(const std::string& path) const { return request(port_, "GET", path); }
    void stop() const { docker({"stop", "--time", "60", name_}); }

private:
    configuration configured() const {
        return configuration({{"server.host", "127.0.0.1"},
                              {"server.port", std::to_string(port_)},
                              {"storage.path", (folder_ / "familiar.db").string()},
                              {"storage.min_free_disk", "1MiB"},
                              {"repo_cache.dir", (folder_ / "cache").string()},
                              {"logging.dir", (folder_ / "log").string()},
                              {"agents.image", "familiar-demo-agent:latest"},
                              {"providers.github.webhook_secret", "secret"},
                              {"providers.github.git_url", "http://127.0.0.1:" + std::to_string(port_)}});
    }
    static std::string next_name() {
        static int last = 0;
        return "e2e-" + mark() + "-image-" + std::to_string(::getpid()) + "-" + std::to_string(++last);
    }

    temporary_directory folder_;
    std::uint16_t port_ = free_port();
    std::string name_ = next_name();
};

/// A field in kB of one of a process's files in /proc, in MB; 0 where this user may not read it.
double megabytes(pid_t process, const std::string& file, const std::string& field) {
    std::istringstream lines(read_of_process(process, file));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024 / 1e6;
    return 0;
}

std::string owner(pid_t process) {
    std::istringstream lines(read_of_process(process, "status"));
    std::string line;
    while (std::getline(lines, line) && !line.starts_with("Uid:")) continue;
    return line.substr(0, line.find('\t', 5));
}

void print_memory(pid_t server) {
    BOOST_TEST_MESSAGE("idle: VmRSS " << megabytes(server, "status", "VmRSS") << " MB (anonymous "
                                      << megabytes(server, "status", "RssAnon") << "), PSS "
                                      << megabytes(server, "smaps_rollup", "Pss"));
    for (const auto child : children_of(server))
        BOOST_TEST_MESSAGE("its child " << name_of_process(child) << ": VmRSS " << megabytes(child, "status", "VmRSS")
                                        << " MB, PSS " << megabytes(child, "smaps_rollup", "Pss"));
}

/// From the moment at which the container's process becomes the server, in ms. It waits until the engine is done with
/// starting it.
double start_to_ready() {
    const contained familiar({"--entrypoint", "sh"}, {"-c", "sleep 0.5; date +%s%N; exec familiar serve"});
    wait_for(
        "it is ready",
        [&] {
            try {
                return familiar.get("/readyz").status == 200;
            } catch (const std::exception&) {
                return false;
            }
        },
        60s, 1ms);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<double>(std::chrono::nanoseconds(now).count() - std::stoll(familiar.log())) / 1e6;
}

const std::vector<std::vector<std::string>> users{{}, {"--user", "4711:4711"}};
const std::vector<std::string> owners{"Uid:\t1000", "Uid:\t4711"};

}  // namespace

BOOST_AUTO_TEST_SUITE(server_image)

BOOST_AUTO_TEST_CASE(is_small) {
    const auto size = of_image("Size").as_int64();
    BOOST_TEST_MESSAGE("size " << static_cast<double>(size) / 1e6 << " MB, by layer:\n"
                               << docker({"history", "--format", "{{.Size}}\t{{.CreatedBy}}", image}));
    BOOST_TEST(size < largest_image);
}

BOOST_AUTO_TEST_CASE(says_what_it_is_and_how_it_is_run) {
    BOOST_TEST(of_image("Config.User") == "1000:1000");
    BOOST_TEST(of_image("Config.Entrypoint") == json::parse(R"(["familiar"])"));
    BOOST_TEST(of_image("Config.Cmd") == json::parse(R"(["serve"])"));
    BOOST_TEST(of_image("Config.StopSignal") == "SIGTERM");
    BOOST_TEST(of_image("Config.ExposedPorts") == json::parse(R"({"7000/tcp": {}})"));
    // CMD, not CMD-SHELL: no shell stands between the engine and the program.
    BOOST_TEST(of_image("Config.Healthcheck.Test") == json::parse(R"(["CMD", "familiar", "health"])"));

    const auto labels = of_image("Config.Labels").as_object();
    BOOST_TEST(labels.at("org.opencontainers.image.title") == "Familiar");
    BOOST_TEST(!labels.at("org.opencontainers.image.description").as_string().empty());
    const auto version = run({}, {"version"});
    BOOST_TEST(version.code == 0);
    BOOST_TEST("familiar " + std::string(labels.at("org.opencontainers.image.version").as_string()) + "\n" ==
               version.out);
}

BOOST_AUTO_TEST_CASE(has_what_the_server_runs_and_nothing_to_build_or_download_with) {
    BOOST_TEST(shell("id -u && id -g") == "1000\n1000\n");
    BOOST_TEST(
        shell("for name in cc gcc g++ clang clang-19 cmake ninja make curl wget; do command -v $name; done; :") == "");
    BOOST_TEST(shell("ls -A /var/lib/apt/lists /var/cache/apt") == "/var/cache/apt:\n\n/var/lib/apt/lists:\n");
    BOOST_TEST(shell("git --version").starts_with("git version 2."));
    // Those that Debian trusts, in the place where both git and the server look.
    BOOST_TEST(std::stoi(shell("grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt")) > 100);
}

BOOST_AUTO_TEST_CASE(reaches_the_engine_through_its_socket_and_the_sockets_group) {
    for (const auto& user : users)
        BOOST_TEST(shell("docker version --format '{{.Server.Version}}'", with_engine() + user) ==
                   docker({"version", "--format", "{{.Server.Version}}"}));
}

BOOST_DATA_TEST_CASE(serves_and_ends_as_whoever_it_is_run, boost::unit_test::data::xrange(users.size()), which) {
    const contained familiar(users[which]);
    BOOST_TEST(familiar.health() == "starting");
    const auto process = familiar.process();
    BOOST_TEST(owner(process) == owners[which]);

    wait_for("the engine sees that the server is healthy", [&] { return familiar.health() == "healthy"; });
    const auto health = familiar.get("/health");
    BOOST_TEST(health.status == 200u);
    BOOST_TEST(health.json().at("checks").at("docker").as_bool(), health.body);
    print_memory(process);

    familiar.stop();
    BOOST_TEST(familiar.state().at("ExitCode").as_int64() == 0, familiar.log());
}

BOOST_AUTO_TEST_CASE(says_where_a_configuration_is_wrong) {
    const temporary_directory folder;
    fs::permissions(folder.path(), fs::perms::all);
    std::ofstream(folder / "config.yaml") << "server:\n  port: many\n";
    const auto checked =
        run({"--mount", mounted(folder / "config.yaml", "/etc/familiar/config.yaml", ",readonly")}, {"check"});
    BOOST_TEST(checked.code == 2);
    BOOST_TEST(checked.error.find("/etc/familiar/config.yaml:2:9: ") != std::string::npos, checked.error);
}

BOOST_AUTO_TEST_CASE(is_ready_soon) {
    std::array<double, 5> took{};
    for (auto& one : took) one = start_to_ready();
    std::ranges::sort(took);
    BOOST_TEST_MESSAGE("start to ready: median " << took[took.size() / 2] << " ms, from " << took.front() << " to "
                                                 << took.back());
    BOOST_TEST(took.back() < 60'000);
}

BOOST_AUTO_TEST_SUITE_END()
