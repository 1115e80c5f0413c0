#include "e2e/support/server.hpp"

#include "e2e/support/docker.hpp"
#include "e2e/support/place.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <boost/test/results_collector.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace familiar::test {

namespace {

std::string next_instance() {
    static int last = 0;
    return "e2e-" + mark() + "-" + std::to_string(::getpid()) + "-" + std::to_string(++last);
}

configuration::entries usual(const git_forge& forge, const std::filesystem::path& folder, const std::string& instance) {
    return {{"instance", instance},
            {"server.host", "127.0.0.1"},
            {"server.port", "0"},
            {"storage.path", (folder / "familiar.db").string()},
            {"storage.min_free_disk", "1MiB"},
            {"repo_cache.dir", (folder / "cache").string()},
            {"logging.dir", (folder / "logs").string()},
            {"shutdown.drain_timeout", "5s"},
            {"shutdown.stop_grace", "1s"},
            {"agents.image", "familiar-demo-agent:latest"},
            {"agents.network", "host"},
            {"agents.timeout", "2m"},
            {"agents.debounce", "0s"},
            {"agents.memory", "512m"},
            {"agents.cpus", "1"},
            {"docker.ping_interval", "500ms"},
            {"docker.ping_timeout", "10s"},  // of a busy machine
            {"retry.initial_backoff", "100ms"},
            {"retry.max_backoff", "1s"},
            {"triggers.minimum_permission", "none"},
            {"permissions.push_commits", "always"},
            {"providers.github.git_url", forge.url()},
            {"providers.github.token", yaml_text(git_forge::password)},
            {"providers.github.webhook_secret", yaml_text(webhook_secret)},
            {"providers.gitlab.git_url", forge.url()},
            {"providers.gitlab.token", yaml_text(git_forge::password)},
            {"providers.gitlab.webhook_secret", yaml_text(webhook_secret)}};
}

class log_descriptor {
public:
    explicit log_descriptor(const std::filesystem::path& file)
        : number_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
    ~log_descriptor() { ::close(number_); }
    log_descriptor(const log_descriptor&) = delete;
    log_descriptor& operator=(const log_descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

/// What AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer write.
bool has_complaint(const std::string& log) {
    for (const auto* text : {"Sanitizer:", "runtime error:"})
        if (log.find(text) != std::string::npos) return true;
    return false;
}

bool test_has_failed() {
    if (std::uncaught_exceptions() > 0) return true;
    namespace unit_test = boost::unit_test;
    const auto& results = unit_test::results_collector.results(unit_test::framework::master_test_suite().p_id);
    if (!results.passed()) return true;
    const auto id = unit_test::framework::current_test_case_id();
    return id != unit_test::INV_TEST_UNIT_ID && !unit_test::results_collector.results(id).passed();
}

}  // namespace

server::server(not_started, const git_forge& forge, const configuration::entries& changes)
    : instance_(next_instance()), configuration_(usual(forge, folder_.path(), instance_)) {
    configuration_.set(changes);
    write_configuration();
}

server::server(const git_forge& forge, const configuration::entries& changes) : server(not_started{}, forge, changes) {
    start();
}

server::~server() {
    try {
        if (process_ != 0) BOOST_CHECK_EQUAL(end(), 0);
    } catch (const std::exception& failure) {
        BOOST_ERROR("the server does not end: " << failure.what());
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    BOOST_CHECK_MESSAGE(!has_complaint(log()), "a sanitizer complains");
    if (test_has_failed()) std::cerr << "-- the log of server " << instance_ << ":\n" << log() << "--\n";
    end_orphans();
    try {
        for (const auto& name : containers(instance_label()))
            run_program({"docker", "rm", "--force", "--volumes", name});
    } catch (const std::exception& failure) {
        BOOST_ERROR("containers are left behind: " << failure.what());
    }
}

void server::start() {
    write_configuration();
    log_begin_ = log().size();
    const log_descriptor log(folder_ / "server.log");
    process_ =
        start_program({FAMILIAR_BINARY, "serve", "--config", file().string()},
                      {.environment = environment_, .directory = folder(), .out = log.number(), .error = log.number()});
    try {
        port_ = port_when_ready();
    } catch (...) {
        if (process_ != 0) kill();
        std::cerr << "-- the server's log:\n" << this->log() << "--\n";
        throw;
    }
}

std::uint16_t server::port_when_ready() {
    std::smatch found;
    std::string lines;
    const std::regex ready(R"(msg=ready .*port=(\d+))");
    wait_for("the server is ready", [&] {
        lines = log().substr(log_begin_);
        if (std::regex_search(lines, found, ready)) return true;
        int status = 0;
        if (::waitpid(process_, &status, WNOHANG) == 0) return false;
        process_ = 0;
        throw std::runtime_error("the server has ended instead of getting ready");
    });
    return static_cast<std::uint16_t>(std::stoul(found[1]));
}

program_end server::run_to_end() {
    write_configuration();
    return run_program({FAMILIAR_BINARY, "serve", "--config", file().string()}, {.directory = folder()});
}

program_end server::command(std::vector<std::string> arguments, const variables& environment) {
    arguments.insert(arguments.begin(), FAMILIAR_BINARY);
    auto ended = run_program(arguments, {.environment = environment, .directory = folder()});
    BOOST_CHECK_MESSAGE(!has_complaint(ended.error), ended.error);
    return ended;
}

void server::signal(int number) {
    ::kill(process_, number);
}

int server::wait_for_end(std::chrono::seconds bound) {
    const int code = wait_for_exit(process_, bound);
    process_ = 0;
    return code;
}

int server::end() {
    signal(SIGTERM);
    return wait_for_end();
}

void server::kill() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
}

std::string server::accepted(const webhook& what) const {
    const auto given = post(what);
    BOOST_REQUIRE_MESSAGE(given.status == 202, given.head << given.body);
    BOOST_TEST(given.field("status") == "queued");
    return given.field("job");
}

double server::metric(const std::string& name) const {
    const auto text = "\n" + get("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

std::int64_t server::health(const char* check) const {
    return get("/health").json().at("checks").at(check).to_number<std::int64_t>();
}

job_row server::wait_for_state(const std::string& id, const std::vector<std::string>& states) const {
    job_row row;
    wait_for("job " + id + " is " + states.front(), [&] {
        row = job(id);
        return std::find(states.begin(), states.end(), row.state) != states.end();
    });
    return row;
}

job_row server::wait_for_job(const std::string& id) const {
    return wait_for_state(
        id, {"succeeded", "failed", "timed_out", "cancelled", "superseded", "interrupted", "expired", "refused"});
}

void server::wait_until_waiting(const std::string& id) const {
    job_row row;
    wait_for("the agent of job " + id + " runs", [&] {
        row = job(id);
        return row.started_at &&
               run_program({"docker", "logs", row.container}).out.find("the prompt:") != std::string::npos;
    });
}

void server::let_go(const std::string& id) const {
    std::ofstream(out(id) / "go");
}

void server::write_configuration() const {
    std::ofstream(file()) << configuration_.yaml();
}

std::string server::log() const {
    return read_file(folder_ / "server.log");
}

bool server::has_logged(const std::vector<std::string>& texts) const {
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);)
        if (std::all_of(texts.begin(), texts.end(), [&](const auto& text) { return line.find(text) != line.npos; }))
            return true;
    return false;
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace familiar::test
