#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/engine_switch.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/api_forge.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <set>
#include <sys/mount.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

// `familiar doctor` beside a real engine and a real git server, each of them well and unwell; and the one thing of it
// that a start tries, too: whether the engine's host has the cache.
namespace {

using namespace familiar::test;

/// A disk that nobody may write to. Needs root.
class read_only_disk {
public:
    read_only_disk() {
        if (::mount("none", folder_.path().c_str(), "tmpfs", MS_RDONLY, "size=1m") != 0)
            throw std::system_error(errno, std::generic_category(), "mount a read-only tmpfs");
    }
    ~read_only_disk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
    read_only_disk(const read_only_disk&) = delete;
    read_only_disk& operator=(const read_only_disk&) = delete;

    std::string operator/(const char* name) const { return (folder_ / name).string(); }

private:
    temporary_directory folder_;
};

/// A port of 127.0.0.1. With `listen` connections are taken and nothing is ever said; without it is only held.
class port_holder {
public:
    explicit port_holder(bool listen) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, any, size) != 0 || ::getsockname(socket_, any, &size) != 0 ||
            (listen && ::listen(socket_, 16) != 0))
            throw std::system_error(errno, std::generic_category(), "hold a port");
        number_ = std::to_string(ntohs(address.sin_port));
    }
    ~port_holder() { ::close(socket_); }
    port_holder(const port_holder&) = delete;
    port_holder& operator=(const port_holder&) = delete;

    const std::string& number() const { return number_; }

private:
    int socket_;
    std::string number_;
};

bool contains(const std::string& all, const std::string& part) {
    return all.find(part) != std::string::npos;
}

/// Those of other tests, which may run at the same time, go by themselves.
void check_no_container_is_left() {
    wait_for("no throw-away container is left", [] { return containers("familiar.doctor").empty(); });
}

struct desk {
    /// A server's folder and configuration, in which no server runs.
    struct patient : server {
        explicit patient(const git_forge& forge, const configuration::entries& changes = {})
            : server(not_started{}, forge, changes) {}

        std::set<std::string> entries() const {
            std::set<std::string> all;
            for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
                all.insert(entry.path().string());
            return all;
        }
        /// Runs it, and sees that it leaves the folder as it was.
        program_end examine(std::vector<std::string> more = {}) {
            const auto before = entries();
            more.insert(more.begin(), "doctor");
            auto said = command(more);
            check_no_container_is_left();
            BOOST_TEST((entries() == before));
            return said;
        }
    };

    /// Whether a line of the report begins like this and says that, too.
    static void check_line(const program_end& said, const std::string& beginning, const std::string& words = {}) {
        const auto at = ("\n" + said.out).find("\n" + beginning);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no line begins with '" << beginning << "':\n" << said.out);
        const auto line = said.out.substr(at, said.out.find('\n', at) - at);
        BOOST_TEST(contains(line, words), line);
    }

    test_forge forge;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(doctor, desk)

BOOST_AUTO_TEST_CASE(where_all_is_well_nothing_fails_and_nothing_is_left) {
    patient sound(forge);
    const auto said = sound.examine();
    BOOST_TEST(said.code == 0, said.out << said.error);
    BOOST_TEST(!contains(said.out, "fail  "), said.out);
    check_line(said, "ok    docker.cli: docker, version ");
    check_line(said, "ok    docker engine: version ");
    check_line(said, "ok    agents.image: familiar-demo-agent:latest");
    check_line(said, "ok    agents.network: host");
    check_line(said, "ok    repo_cache.dir: ", "will be made");
    check_line(said, "ok    repo_cache.host_dir: the agent's user reads and writes ");
    check_line(said, "ok    database: ", "will be made by the first start");
    check_line(said, "ok    git: git version ");
    check_line(said, "ok    github over git: " + forge.url());
    check_line(said, "ok    gitlab over git: " + forge.url());
    check_line(said, "skip  github's API: no API: there is a git_url and no api_url");
    check_line(said, "skip  gitlab's API: no API: there is a git_url and no base_url");
    check_line(said, "skip  agents.auth_dir: it is not set");
    check_line(said, "warn  configuration: ", "is set without api_url");
    BOOST_TEST(contains(said.out, " 0 failures, 3 skipped\n"), said.out);
    for (const std::string secret : {git_forge::password, webhook_secret})
        BOOST_TEST(!contains(said.out + said.error, secret));
}

BOOST_AUTO_TEST_CASE(the_forges_are_asked_by_their_apis_who_we_are) {
    api_forge api;
    api.add_token(git_forge::password, "familiar");
    patient sound(forge,
                  {{"providers.github.api_url", api.github_url()}, {"providers.gitlab.base_url", api.gitlab_url()}});
    auto said = sound.examine();
    BOOST_TEST(said.code == 0, said.out << said.error);
    check_line(said, "ok    github's API: " + api.github_url() + " answers, and calls us familiar");
    check_line(said, "ok    gitlab's API: " + api.gitlab_url() + " answers, and calls us familiar");

    api.revoke_token(git_forge::password);
    said = sound.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  github's API: ", "look at the token");
    check_line(said, "fail  gitlab's API: ", "look at the token");
    BOOST_TEST(!contains(said.out + said.error, git_forge::password));
}

BOOST_AUTO_TEST_CASE(programs_read_it_as_json) {
    patient sick(forge, {{"docker.host", "unix:///nowhere/docker.sock"}});
    const auto said = sick.examine({"--json"});
    BOOST_TEST(said.code == 1);
    const auto report = boost::json::parse(said.out).as_array();
    std::set<std::string> failed;
    for (const auto& one : report)
        if (one.at("status") == "fail") failed.insert(std::string(one.at("check").as_string()));
    BOOST_TEST((failed == std::set<std::string>{"docker engine"}), said.out);
}

BOOST_AUTO_TEST_CASE(without_an_engine_what_builds_on_it_is_skipped) {
    patient sick(forge, {{"docker.host", "unix:///nowhere/docker.sock"}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "ok    docker.cli: ");
    check_line(said, "fail  docker engine: ", "start the engine");
    for (const auto* check : {"engine's limits", "agents.image", "agents.network", "repo_cache.host_dir"})
        check_line(said, "skip  " + std::string(check) + ": it builds on docker engine");
    check_line(said, "ok    github over git: ");
}

BOOST_AUTO_TEST_CASE(an_image_and_a_network_that_are_missing_are_found) {
    patient sick(forge, {{"agents.image", "familiar-no-such-image:latest"}, {"agents.network", "no-such-network"}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  agents.image: the engine has no image familiar-no-such-image:latest", "build it");
    check_line(said, "fail  agents.network: ", "docker network create no-such-network");
    check_line(said, "skip  repo_cache.host_dir: it builds on agents.image");
}

BOOST_AUTO_TEST_CASE(folders_of_the_engines_host_that_are_wrong_are_found_also_at_a_start) {
    const temporary_directory other;
    patient sick(forge, {{"repo_cache.host_dir", other.path().string()}, {"agents.auth_dir", "/nowhere/auth"}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  repo_cache.host_dir: the engine's host has no " + other.path().string(),
               "set repo_cache.host_dir to where repo_cache.dir (" + sick.cache().string() + ") is");
    check_line(said, "fail  agents.auth_dir: the engine's host has no /nowhere/auth");

    const auto start = sick.run_to_end();
    BOOST_TEST(start.code == 1);
    BOOST_TEST(contains(start.error, "cannot start"), start.error);
    BOOST_TEST(contains(start.error, "key=repo_cache.host_dir"), start.error);
    BOOST_TEST(contains(start.error, "the engine's host has no " + other.path().string()), start.error);
}

BOOST_AUTO_TEST_CASE(a_start_proves_a_host_dir_that_is_right) {
    const temporary_directory elsewhere;
    patient sound(forge);
    std::filesystem::create_directory_symlink(sound.folder(), elsewhere / "link");
    sound.configured().set("repo_cache.host_dir", (elsewhere / "link/cache").string());
    sound.start();
    BOOST_TEST(sound.has_logged({"the engine's host has the cache where repo_cache.host_dir says"}));
    const auto job = sound.accepted(github("pull_request.opened", forge.open()));
    BOOST_TEST(sound.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(without_an_engine_at_the_start_it_is_proved_later) {
    const engine_switch engine;
    patient sick(forge, {{"docker.cli", engine.program()}, {"repo_cache.host_dir", "/nowhere/cache"}});
    sick.start();
    engine.on();
    wait_for("the host_dir has been tried",
             [&] { return sick.has_logged({"level=error", "no agent can be started"}); });
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_be_written_are_found) {
    const read_only_disk disk;
    patient sick(forge, {{"storage.path", disk / "familiar.db"}, {"logging.dir", disk / "logs"}});
    std::ofstream(sick.cache()) << "a file in the place of a folder";
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  storage.path: ", "Read-only file system");
    check_line(said, "skip  database: it builds on storage.path");
    check_line(said, "fail  repo_cache.dir: ", "Not a directory");
    check_line(said, "fail  logging.dir: ", "Read-only file system");
    check_line(said, "skip  repo_cache.host_dir: it builds on repo_cache.dir");
    check_line(said, "ok    agents.image: ");
}

BOOST_AUTO_TEST_CASE(what_hangs_is_not_waited_for) {
    const arranged_docker docker;
    const port_holder silent(true);
    docker.always("version", "exec sleep 600");
    patient sick(forge, {{"docker.cli", docker.program()},
                         {"docker.ping_timeout", "1s"},
                         {"git.timeout", "1s"},
                         {"providers.github.git_url", "http://127.0.0.1:" + silent.number()}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  docker.cli: ", "it hangs");
    check_line(said, "skip  docker engine: it builds on docker.cli");
    check_line(said, "fail  github over git: ", "says nothing");
    check_line(said, "ok    gitlab over git: ");
}

BOOST_AUTO_TEST_CASE(an_interruption_leaves_nothing_behind) {
    const arranged_docker docker;
    docker.once("start", "exec sleep 600");
    patient sound(forge, {{"docker.cli", docker.program()}});
    const auto before = sound.entries();
    const auto doctor =
        start_program({FAMILIAR_BINARY, "doctor", "--config", sound.file().string()}, {.directory = sound.folder()});
    wait_for("its container has been created", [&] { return docker.has_happened("start"); });
    BOOST_TEST(!containers("familiar.doctor").empty());
    ::kill(doctor, SIGINT);
    BOOST_TEST(wait_for_exit(doctor, std::chrono::seconds(30)) == 1);
    check_no_container_is_left();
    BOOST_TEST((sound.entries() == before));
}

BOOST_AUTO_TEST_CASE(it_looks_at_a_running_server_and_does_not_disturb_it) {
    patient sound(forge, {{"server.port", std::to_string(free_port())}});
    sound.start();
    const auto said = sound.command({"doctor"});
    BOOST_TEST(said.code == 0, said.out << said.error);
    check_line(said, "ok    server.port: a server (version ", "and is ok");
    check_line(said, "ok    database: ", "in use by a running server");
    check_line(said, "ok    repo_cache.dir: ", "in use by a running server");
    BOOST_TEST(sound.wait_for_job(sound.accepted(github("pull_request.opened", forge.open()))).state == "succeeded");
    sound.end();

    const auto after = sound.examine();
    BOOST_TEST(after.code == 0, after.out << after.error);
    check_line(after, "ok    server.port: ", "is free");
    check_line(after, "ok    database: ", "schema ");
    BOOST_TEST(!contains(after.out, "in use"), after.out);
}

BOOST_AUTO_TEST_CASE(a_port_of_somebody_else_is_found) {
    const port_holder other(false);
    patient sick(forge, {{"server.port", other.number()}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 1);
    check_line(said, "fail  server.port: ", "choose another port");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_cannot_be_read_has_an_exit_code_of_its_own) {
    patient sick(forge, {{"agents.memori", "4g"}});
    const auto said = sick.examine();
    BOOST_TEST(said.code == 2);
    BOOST_TEST(contains(said.error, "agents.memori: unknown key"), said.error);
    BOOST_TEST(said.out == "");
}

BOOST_AUTO_TEST_SUITE_END()
