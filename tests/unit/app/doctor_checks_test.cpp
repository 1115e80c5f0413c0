#include "app/doctor_checks.hpp"

#include "http/response_text.hpp"
#include "journal/journal.hpp"
#include "observe/redact.hpp"
#include "support/fake_docker.hpp"
#include "support/peer_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;
using namespace familiar::app::checkup;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A configuration that is well, with folders of its own, and a docker program that says what a test has it say.
struct surgery {
    surgery() {
        auto& values = configured.values;
        configured.file = (folder / "familiar.yaml").string();
        chosen.env_file = folder / "env";
        values.storage.path = folder / "familiar.db";
        values.storage.min_free_disk = 1;
        values.repo_cache.dir = folder / "cache";
        values.logging.dir = folder / "logs";
        values.providers.github.webhook_secret = {core::secret("long-enough-to-be-one")};
        values.providers.github.token = core::secret("a-token-of-github");
    }

    /// The one finding.
    finding see(look* how) {
        docker::engine engine(
            {.cli = docker_cli, .command_timeout = std::chrono::seconds(20), .ping_timeout = std::chrono::seconds(20)});
        return see(how, engine);
    }
    finding see(look* how, docker::engine& engine) {
        const patient who{configured, chosen, engine};
        const auto all = run_coroutine(how(who));
        BOOST_REQUIRE_EQUAL(all.size(), 1u);
        return all.front();
    }
    finding see_with_docker(look* how, const std::string& script) {
        const fake_docker docker(script);
        docker_cli = docker.program();
        return see(how);
    }

    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
    }

    temporary_directory folder;
    config::loaded configured;
    app::configuration_choice chosen;
    std::string docker_cli = "/nowhere/docker";
};

void check(const finding& found, verdict is, const std::string& words) {
    BOOST_TEST(int(found.is) == int(is), found.detail + "; " + found.hint);
    const auto text = found.detail + "; " + found.hint;
    BOOST_TEST(text.find(words) != std::string::npos, text + " (wanted: " + words + ")");
}

/// What docker says without an engine.
constexpr auto no_engine =
    R"(echo '{"Client":{"Version":"28.2.2","ApiVersion":"1.50"},"Server":null}'
echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2
exit 1)";

constexpr auto with_engine =
    R"(echo '{"Client":{"Version":"28.2.2","ApiVersion":"1.41"},"Server":{"Version":"20.10.24","ApiVersion":"1.41"}}')";

std::string info(const std::string& fields) {
    return "echo '{\"ServerVersion\":\"20.10.24\",\"Name\":\"far\"," + fields + "}'";
}

constexpr auto no_image = "echo 'Error: No such image: familiar-agent:latest' >&2; exit 1";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(doctor_checks, surgery)

BOOST_AUTO_TEST_CASE(every_warning_of_the_configuration_is_told) {
    check(see(configuration), verdict::ok, "familiar.yaml");
    configured.warnings = {{"familiar.yaml", 3, 1, "events: all are off"}, {"familiar.yaml", 9, 1, "odd"}};
    docker::engine engine({});
    const patient who{configured, chosen, engine};
    const auto all = run_coroutine(configuration(who));
    BOOST_REQUIRE_EQUAL(all.size(), 2u);
    check(all[0], verdict::warn, "familiar.yaml:3:1: events: all are off");
    check(all[1], verdict::warn, "odd");
}

BOOST_AUTO_TEST_CASE(a_file_with_secrets_that_everybody_may_read_is_a_warning) {
    observe::redact(core::secret("a-secret-in-a-file"));
    std::ofstream(configured.file) << "providers: {github: {token: ${TOKEN}}}\n";
    std::ofstream(*chosen.env_file) << "TOKEN=a-secret-in-a-file\n";
    fs::permissions(configured.file, fs::perms(0644));
    fs::permissions(*chosen.env_file, fs::perms(0644));
    check(see(secrets_in_files), verdict::warn, chosen.env_file->string() + " holds secrets");
    fs::permissions(*chosen.env_file, fs::perms(0640));
    check(see(secrets_in_files), verdict::ok, "");
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_the_default_of_a_variable_is_a_warning_while_it_is_in_use) {
    observe::redact(core::secret("a-default-in-a-file"));
    const auto write = [this](const std::string& value) {
        std::ofstream(configured.file) << "providers: {github: {token: \"" << value << "\"}}\n";
    };
    write("${TOKEN:-a-default-in-a-file}");
    fs::permissions(configured.file, fs::perms(0644));
    check(see(secrets_in_files), verdict::warn, "give the variable a value of your own");
    write("${TOKEN:-another-default}");
    check(see(secrets_in_files), verdict::ok, "");
    write("${TOKEN}a-default-in-a-file${");
    check(see(secrets_in_files), verdict::warn, "holds secrets");
}

BOOST_AUTO_TEST_CASE(short_secrets_and_missing_ones_are_warnings) {
    auto& github = configured.values.providers.github;
    check(see(github_secrets), verdict::ok, "");
    github.token = {};
    check(see(github_secrets), verdict::warn, "providers.github.token");
    github.webhook_secret.emplace_back("short");
    check(see(github_secrets), verdict::warn, "fewer than 16");
    check(see(gitlab_secrets), verdict::skip, "off");

    auto& gitlab = configured.values.providers.gitlab;
    gitlab.token = core::secret("a-token-of-gitlab");
    gitlab.webhook_secret.emplace_back("short");
    check(see(gitlab_secrets), verdict::warn, "fewer than 16");
    gitlab.signing_token.emplace_back("whsec_aXQtaXMtYS1zZWNyZXQ=");  // it alone counts then
    check(see(gitlab_secrets), verdict::ok, "");

    check(see(api_token), verdict::ok, "none");
    configured.values.server.api_token = core::secret("short");
    check(see(api_token), verdict::warn, "fewer than 16");
    configured.values.server.api_token = core::secret("long-enough-to-be-one");
    check(see(api_token), verdict::ok, "set");
}

BOOST_AUTO_TEST_CASE(another_user_than_the_servers_is_a_warning) {
    configured.values.logging.dir = folder.path();
    check(see(user), verdict::ok, "");
    // Root may give the folder away; anybody else finds one of root's.
    if (::geteuid() != 0)
        configured.values.logging.dir = "/etc";
    else
        BOOST_REQUIRE_EQUAL(::chown(folder.path().c_str(), 12345, 12345), 0);
    check(see(user), verdict::warn, "run it as the server's user");
}

BOOST_AUTO_TEST_CASE(a_port_that_somebody_has_is_a_failure) {
    const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    BOOST_REQUIRE_EQUAL(::bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
    BOOST_REQUIRE_EQUAL(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);

    configured.values.server.host = "127.0.0.1";
    configured.values.server.port = ntohs(address.sin_port);
    check(see(port), verdict::fail, "choose another port");
    ::close(taken);
    check(see(port), verdict::ok, std::to_string(configured.values.server.port) + " is free; ");
    configured.values.server.port = 0;
    check(see(port), verdict::ok, "any");
}

BOOST_AUTO_TEST_CASE(more_connections_than_files_is_a_warning) {
    configured.values.server.max_connections = 1;
    check(see(open_files), verdict::ok, "");
    BOOST_TEST(descriptors_for(1024) > 1024u);
    configured.values.server.max_connections = std::numeric_limits<std::uint32_t>::max();
    check(see(open_files), verdict::warn, "LimitNOFILE");
}

BOOST_AUTO_TEST_CASE(the_folder_of_the_database_has_to_be_there_and_writable) {
    check(see(storage_folder), verdict::ok, "free");
    configured.values.storage.path = folder / "missing/familiar.db";
    check(see(storage_folder), verdict::fail, "there is no folder");
    std::ofstream(folder / "file");
    configured.values.storage.path = folder / "file/familiar.db";
    check(see(storage_folder), verdict::fail,
          "install -d -m 750 -o " + std::to_string(::geteuid()) + " " + (folder / "file").string());
    configured.values.storage.path = "/proc/familiar.db";  // nobody, not even root, makes anything there
    check(see(storage_folder), verdict::fail, "cannot make a folder in /proc");
}

BOOST_AUTO_TEST_CASE(too_little_room_is_a_failure) {
    configured.values.storage.min_free_disk = std::numeric_limits<std::uint64_t>::max();
    for (auto* how : {storage_folder, cache_folder, log_folder})
        check(see(how), verdict::fail, "storage.min_free_disk");
}

BOOST_AUTO_TEST_CASE(folders_that_the_server_makes_are_tried_and_not_left_behind) {
    check(see(cache_folder), verdict::ok, "will be made");
    check(see(log_folder), verdict::ok, "will be made");
    BOOST_TEST(entries() == 0u);
    std::ofstream(folder / "cache");
    check(see(cache_folder), verdict::fail, "Not a directory");
    configured.values.logging.dir = "/proc/logs/familiar";
    check(see(log_folder), verdict::fail, "cannot make a folder in /proc");
}

BOOST_AUTO_TEST_CASE(the_database_is_looked_at_whether_a_server_has_it_or_not) {
    check(see(database), verdict::ok, "will be made by the first start");
    {
        const auto server = journal::journal::open({.path = configured.values.storage.path});
        BOOST_REQUIRE(server);
        check(see(database), verdict::ok, "in use by a running server");
    }
    const auto before = entries();
    check(see(database), verdict::ok, "schema");
    BOOST_TEST(entries() == before);
    std::ofstream(configured.values.storage.path) << "no database, and long enough not to be taken for an empty one";
    check(see(database), verdict::fail, "database");
}

BOOST_AUTO_TEST_CASE(without_a_docker_program_it_says_what_to_install) {
    check(see(app::checkup::docker_cli), verdict::fail, "install the docker command line");
}

BOOST_AUTO_TEST_CASE(a_docker_program_that_hangs_is_not_waited_for) {
    const fake_docker docker("exec sleep 600");
    docker::engine engine({.cli = docker.program(), .command_timeout = 300ms, .ping_timeout = 300ms});
    check(see(app::checkup::docker_cli, engine), verdict::fail, "it hangs");
    check(see(docker_engine, engine), verdict::fail, "it hangs");
}

BOOST_AUTO_TEST_CASE(without_an_engine_the_program_is_well) {
    check(see_with_docker(app::checkup::docker_cli, no_engine), verdict::ok, "28.2.2");
    check(see_with_docker(docker_engine, no_engine), verdict::fail, "start the engine");
    check(see_with_docker(docker_engine, with_engine), verdict::ok, "version 20.10.24, API 1.41");
}

BOOST_AUTO_TEST_CASE(the_hint_fits_what_the_engine_says) {
    const auto hint = [](const char* said) { return engine_hint(core::fail(core::errc::engine_unreachable, said)); };
    const auto has = [](const std::string& text, const char* words) { return text.find(words) != text.npos; };
    BOOST_TEST(has(hint("permission denied while trying to connect to the Docker daemon socket"), "group docker"));
    BOOST_TEST(has(hint("client version 1.41 is too old. Minimum supported API version is 1.44"), "different ages"));
    BOOST_TEST(has(hint("client version 1.50 is too new. Maximum supported API version is 1.41"), "different ages"));
    BOOST_TEST(has(hint("there is no program \"docker\" in /bin"), "install"));
    BOOST_TEST(has(hint("Cannot connect to the Docker daemon"), "start the engine"));
    BOOST_TEST(has(engine_hint(core::fail(core::errc::timed_out, "docker")), "it hangs"));
    BOOST_TEST(engine_hint(core::fail(core::errc::child_failed, "docker create: unheard of")) == "");
}

BOOST_AUTO_TEST_CASE(limits_that_the_engine_does_not_keep_are_a_warning) {
    check(see_with_docker(engine_limits, info(R"("MemoryLimit":true,"PidsLimit":true)")), verdict::ok, "");
    const auto found = see_with_docker(engine_limits, info(R"("MemoryLimit":false,"PidsLimit":false)"));
    check(found, verdict::warn, "cannot limit memory (agents.memory), processes (agents.pids)");
    check(see_with_docker(engine_limits, no_engine), verdict::fail, "start the engine");
}

BOOST_AUTO_TEST_CASE(a_forge_tells_its_time_with_any_answer) {
    const auto look_at = [this](const std::string& headers) {
        const peer_server forge([&headers](peer& other) {
            other.read_request();
            other.answer("404 Not Found", "", headers);
        });
        configured.values.providers.github.git_url = forge.url();
        return see(github_clock);
    };
    const auto dated = [](std::chrono::seconds off) {
        return "date: " + http::to_http_date(core::now() + off) + "\r\n";
    };
    check(look_at(dated(0s)), verdict::ok, "agrees");
    check(look_at(dated(-5min)), verdict::warn, "NTP");
    check(look_at(dated(5min)), verdict::warn, "NTP");
    check(look_at("Date: noon\r\n"), verdict::skip, "does not tell");
    check(look_at(""), verdict::skip, "does not tell");
    check(see(github_clock), verdict::warn, "proxies");
    configured.values.providers.github.git_url = "file:///srv/git";
    check(see(github_clock), verdict::skip, "tells no time");
    check(see(gitlab_clock), verdict::skip, "off");
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_wrong_is_a_warning) {
    const auto at = [](auto offset) {
        return info("\"SystemTime\":\"" + core::to_rfc3339(core::now() + offset) + "\"");
    };
    check(see_with_docker(engine_clock, at(-5min)), verdict::warn, "NTP");
    check(see_with_docker(engine_clock, at(5min)), verdict::warn, "NTP");
    check(see_with_docker(engine_clock, at(0s)), verdict::ok, "");
    check(see_with_docker(engine_clock, info(R"("SystemTime":"noon")")), verdict::skip, "does not tell");
}

BOOST_AUTO_TEST_CASE(an_image_that_is_missing_or_no_agents_is_a_failure) {
    check(see_with_docker(agent_image, no_image), verdict::fail, "agents.pull: missing");
    configured.values.agents.pull = config::pull_policy::missing;
    check(see_with_docker(agent_image, no_image), verdict::warn, "the first job pulls it");

    const auto plain = R"(echo '{"Id":"sha256:1","Config":{"Labels":{}}}')";
    check(see_with_docker(agent_image, plain), verdict::fail, "familiar.agent.api=1");
    configured.values.agents.command = {"/bin/agent"};
    check(see_with_docker(agent_image, plain), verdict::ok, "with agents.command");
}

BOOST_AUTO_TEST_CASE(a_network_that_is_missing_is_a_failure) {
    configured.values.agents.network = "agents-only";
    check(see_with_docker(agent_network, "echo 'Error: No such network: agents-only' >&2; exit 1"), verdict::fail,
          "docker network create agents-only");
    check(
        see_with_docker(agent_network, "echo 'Error response from daemon: network agents-only not found' >&2; exit 1"),
        verdict::fail, "docker network create agents-only");
    check(see_with_docker(agent_network, "echo '{}'"), verdict::ok, "agents-only");
    configured.values.agents.network = "bridge";
    check(see_with_docker(agent_network, "echo 'Error: No such network: bridge' >&2; exit 1"), verdict::fail,
          "started without one");
}

BOOST_AUTO_TEST_CASE(an_auth_dir_that_the_engines_host_has_not_is_a_failure) {
    check(see(auth_dir), verdict::skip, "not set");
    configured.values.agents.auth_dir = "/home/agent/.auth";
    const auto said =
        "Error response from daemon: invalid mount config for type \"bind\": bind source path does not "
        "exist: /home/agent/.auth";
    check(see_with_docker(auth_dir, std::string("[ $1 = rm ] && exit 0; echo '") + said + "' >&2; exit 1"),
          verdict::fail, "the engine's host has no /home/agent/.auth");
    check(see_with_docker(auth_dir, "echo id"), verdict::ok, "/home/agent/.auth");
    check(see_with_docker(auth_dir, no_image), verdict::skip, "before the image is pulled");
    check(see_with_docker(host_dir_of_cache, no_image), verdict::skip, "before the image is pulled");
}

BOOST_AUTO_TEST_CASE(git_tells_its_version) {
    struct row {
        const char* line;
        program_version expected;
    };
    for (const auto& [line, expected] :
         {row{"git version 2.39.5", {2, 39}}, row{"git version 2.35", {2, 35}},
          row{"git version 2.50.1 (Apple Git-155)", {2, 50}}, row{"git version 3.0.0.rc1", {3, 0}},
          row{"git version", {0, 0}}, row{"hg 6.1", {0, 0}}, row{"", {0, 0}}, row{"git version x.y", {0, 0}}})
        BOOST_TEST((git_version(line) == expected), line);
    BOOST_TEST((git_version("git version 2.34.9") < program_version{2, 35}));
    check(see(git_program), verdict::ok, "git version");
}

BOOST_AUTO_TEST_CASE(a_forge_that_is_away_is_a_failure) {
    auto& url = configured.values.providers.github.git_url;
    check(see(gitlab_answers), verdict::skip, "off");
    url = "http://127.0.0.1:1";
    check(see(github_answers), verdict::fail, "jobs wait until it answers");
    url = "http://no-such-host.invalid";
    check(see(github_answers), verdict::fail, "DNS");
    url = "file://" + folder.path().string();
    check(see(github_answers), verdict::ok, "answers");
}

BOOST_AUTO_TEST_CASE(file_systems_of_other_machines_are_known) {
    BOOST_TEST(network_file_system(0x6969) == "NFS");
    BOOST_TEST(network_file_system(0xff534d42) == "CIFS");
    BOOST_TEST(network_file_system(0xef53) == "");      // ext4
    BOOST_TEST(network_file_system(0x01021994) == "");  // tmpfs
}

BOOST_AUTO_TEST_SUITE_END()
