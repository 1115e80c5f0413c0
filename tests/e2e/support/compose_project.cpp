#include "e2e/support/compose_project.hpp"

#include "e2e/support/docker.hpp"
#include "e2e/support/network_room.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <boost/test/results_collector.hpp>

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace familiar::test {

namespace {

constexpr uid_t its_user = 1000;

/// Nobody wants to wait 15 s for the engine's first look.
constexpr auto looked_at_often = "services: {server: {healthcheck: {interval: 3s}}}\n";

bool test_has_failed() {
    namespace unit_test = boost::unit_test;
    const auto id = unit_test::framework::current_test_case_id();
    return std::uncaught_exceptions() > 0 ||
           (id != unit_test::INV_TEST_UNIT_ID && !unit_test::results_collector.results(id).passed());
}

void give_to(const std::filesystem::path& file, uid_t user) {
    if (::chown(file.c_str(), user, user) != 0)
        throw std::system_error(errno, std::generic_category(), "chown " + file.string());
}

std::vector<std::string> command(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"docker-compose", "--file", "compose.yaml", "--file", "often.yaml"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
}

/// Replaces what stands between two places of a file that has the first exactly once.
void replace_in(const std::filesystem::path& file, const std::string& text, const std::string& by) {
    auto whole = read_file(file);
    const auto at = whole.find(text);
    if (at == std::string::npos || whole.find(text, at + 1) != std::string::npos)
        throw std::runtime_error("the shipped " + file.filename().string() + " does not have once: " + text);
    std::ofstream(file) << whole.replace(at, text.size(), by);
}

}  // namespace

compose_project::compose_project(const private_engine& engine) {
    const std::filesystem::path source = FAMILIAR_SOURCE_DIR "/containers";
    std::filesystem::copy(source, files(), std::filesystem::copy_options::recursive);
    std::filesystem::copy_file(files() / ".env.example", files() / ".env");
    std::ofstream(files() / "often.yaml") << looked_at_often;
    std::filesystem::create_directory(folder());
    give_to(folder(), its_user);
    give_to(files() / ".env", its_user);
    std::filesystem::permissions(files() / ".env", std::filesystem::perms(0600));

    set("DOCKER_GID", std::to_string(private_engine::group));
    set("DOCKER_SOCKET", engine.socket());
    set("FAMILIAR_DIR", folder());
    set("GITHUB_WEBHOOK_SECRET", webhook_secret);
    set("GITLAB_WEBHOOK_SECRET", webhook_secret);
    set("GITHUB_TOKEN", git_forge::password);
    set("GITLAB_TOKEN", git_forge::password);
    set("ANTHROPIC_API_KEY", api_key);
    set("FAMILIAR_TOKEN", api_token);
}

compose_project::~compose_project() {
    try {
        if (test_has_failed()) std::cerr << "-- the server's container:\n" << log() << "--\n";
        // The engine is the test's; docker-compose would take its time.
        run_program({"sh", "-c", "docker ps --all --quiet | xargs --no-run-if-empty docker rm --force"});
        docker({"network", "prune", "--force"});
    } catch (const std::exception& failure) {
        BOOST_ERROR("the deployment does not go: " << failure.what());
    }
}

void compose_project::set(const std::string& variable, const std::string& value) {
    const auto file = files() / ".env";
    const auto text = "\n" + read_file(file);
    auto begin = text.find("\n" + variable + "=");
    if (begin == std::string::npos) begin = text.find("\n#" + variable + "=");
    if (begin == std::string::npos) throw std::runtime_error(".env.example has no " + variable);
    const auto end = text.find('\n', begin + 1);
    std::ofstream(file) << text.substr(1, begin) << variable << '=' << value << text.substr(end);
}

void compose_project::keep_variables_from_server() const {
    give_to(files() / ".env", 0);
}

void compose_project::edit(const std::string& text, const std::string& by) {
    replace_in(files() / "example/service.yaml", text, by);
}

void compose_project::serve(const whole_forge& forge) {
    set("FAMILIAR_AGENT_IMAGE", "familiar-demo-agent:latest");
    set("GITLAB_URL", forge.api.gitlab_url());
    edit("  github:\n", "  github:\n    git_url: " + forge.url() + "\n    api_url: " + forge.api.github_url() + "\n");
    edit("  gitlab:\n", "  gitlab:\n    git_url: " + forge.url() + "\n");
    edit("\nagents:\n", "\nagents:\n  debounce: 0s\n  memory: 512m\n  cpus: 1\n");
    edit("\nstorage:\n",
         "\npermissions: {push_commits: always}\n"
         "docker: {ping_interval: 500ms}\n"
         "retry: {initial_backoff: 100ms, max_backoff: 1s}\n"
         "storage:\n  min_free_disk: 1MiB\n");
}

void compose_project::hold_agents() {
    edit("\nagents:\n", "\nagents:\n  env: {DEMO_WAIT_FOR: /familiar/out/go}\n");
}

program_end compose_project::compose(const std::vector<std::string>& arguments) const {
    return run_program(command(arguments), {.directory = files()});
}

pid_t compose_project::begin(const std::vector<std::string>& arguments) const {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const auto child = start_program(command(arguments), {.directory = files(), .out = nowhere, .error = nowhere});
    ::close(nowhere);
    return child;
}

std::string compose_project::composed(const std::vector<std::string>& arguments) const {
    auto ended = compose(arguments);
    if (ended.code != 0) throw std::runtime_error("docker-compose failed: " + ended.error + ended.out);
    return std::move(ended.out);
}

void compose_project::up() const {
    composed({"up", "--detach", "--no-build"});
    wait_until_it_answers();
}

void compose_project::wait_until_it_answers() const {
    wait_for("the server answers through its published port", [this] {
        try {
            return get("/readyz").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    });
}

boost::json::object compose_project::container() const {
    const auto names = containers("com.docker.compose.service=server");
    if (names.size() != 1) throw std::runtime_error("the server has not one container");
    return inspect(names.front());
}

answer compose_project::get(const std::string& path) const {
    return request(port, "GET", path, {}, {}, usual_patience, network_room::address);
}

answer compose_project::post(const webhook& what) const {
    return request(port, "POST", "/webhook/" + what.forge, signed_header(what), what.body(), usual_patience,
                   network_room::address);
}

std::string compose_project::accepted(const webhook& what) const {
    const auto given = post(what);
    BOOST_REQUIRE_MESSAGE(given.status == 202, given.head << given.body);
    return given.field("job");
}

double compose_project::metric(const std::string& name) const {
    const auto text = "\n" + get("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

job_row compose_project::wait_for_state(const std::string& id, const std::string& state) const {
    job_row row;
    wait_for("job " + id + " is " + state, [&] { return (row = job(id)).state == state; });
    return row;
}

void compose_project::wait_until_waiting(const std::string& id) const {
    wait_for("the agent of job " + id + " runs", [&] {
        const auto row = job(id);
        return row.started_at &&
               run_program({"docker", "logs", row.container}).out.find("the prompt:") != std::string::npos;
    });
}

void compose_project::let_go(const std::string& id) const {
    std::ofstream(folder() / "cache/jobs" / id / "out/go");
}

std::string compose_project::log() const {
    return compose({"logs", "--no-color", "--no-log-prefix", "server"}).out;
}

}  // namespace familiar::test
