#pragma once

#include "e2e/support/configuration.hpp"
#include "e2e/support/http.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/records.hpp"
#include "e2e/support/webhook.hpp"
#include "support/git_forge.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace familiar::test {

/// The server's program with folders of its own, told by a configuration that suits a test. Whatever becomes of the
/// test, its process, its containers and its folders go with this object; a complaint of a sanitizer fails the test.
class server {
public:
    /// Starts it and waits until it is ready.
    explicit server(const git_forge& forge, const configuration::entries& changes = {});
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    struct not_started {};
    server(not_started, const git_forge& forge, const configuration::entries& changes = {});

    configuration& configured() { return configuration_; }
    /// What starts from now on has in its environment besides the test's.
    variables& environment() { return environment_; }
    /// Has a server that runs find what is configured now when it reads its file again.
    void write_configuration() const;
    /// Starts it with what is configured now; returns once it is ready.
    void start();
    /// Runs it when it is expected to end by itself soon.
    program_end run_to_end();
    /// Any command of the program, in the server's folder, where its familiar.yaml is.
    program_end command(std::vector<std::string> arguments, const variables& environment = {});

    bool runs() const { return process_ != 0; }
    pid_t process() const { return process_; }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    void signal(int number);
    /// The exit code after whatever was sent.
    int wait_for_end(std::chrono::seconds bound = std::chrono::seconds(60));
    /// SIGTERM, to the end.
    int end();
    /// kill -9, which leaves what it had started alone.
    void kill();

    answer get(const std::string& path) const { return request(port_, "GET", path); }
    answer post(const webhook& what) const { return post(what, signed_header(what)); }
    answer post(const webhook& what, const header_fields& header) const {
        return request(port_, "POST", "/webhook/" + what.forge, header, what.body());
    }
    /// Posts it and expects a 202; the job's id.
    std::string accepted(const webhook& what) const;

    /// A sample of /metrics, by its whole name with labels; 0 if it is not there.
    double metric(const std::string& name) const;
    /// A field of /health's checks.
    std::int64_t health(const char* check) const;

    job_row job(const std::string& id) const { return job_in(database(), id); }
    std::vector<job_row> jobs() const { return jobs_in(database()); }
    /// Waits until the job is in one of these states; the job then.
    job_row wait_for_state(const std::string& id, const std::vector<std::string>& states) const;
    /// Waits until the job has ended and nothing of it is left.
    job_row wait_for_job(const std::string& id) const;

    /// With {"agents.env.DEMO_WAIT_FOR", waits_for_go}: waits until the job's agent has got as far as to wait.
    void wait_until_waiting(const std::string& id) const;
    /// Lets it go on.
    void let_go(const std::string& id) const;
    static constexpr auto waits_for_go = "/familiar/out/go";

    std::string instance_label() const { return "familiar.instance=" + instance_; }
    std::filesystem::path database() const { return folder_ / "familiar.db"; }
    std::filesystem::path cache() const { return folder_ / "cache"; }
    std::filesystem::path logs() const { return folder_ / "logs"; }
    std::filesystem::path file() const { return folder_ / "familiar.yaml"; }
    std::filesystem::path folder() const { return folder_.path(); }
    std::filesystem::path workspace(const std::string& job) const { return cache() / "jobs" / job; }
    /// What it has logged since it was made, over all starts.
    std::string log() const;
    /// Whether a line of that has all these texts.
    bool has_logged(const std::vector<std::string>& texts) const;

private:
    std::filesystem::path out(const std::string& job) const { return workspace(job) / "out"; }
    std::uint16_t port_when_ready();

    temporary_directory folder_;
    std::string instance_;
    configuration configuration_;
    variables environment_;
    pid_t process_ = 0;
    std::uint16_t port_ = 0;
    std::size_t log_begin_ = 0;  ///< where the last start's lines begin
};

/// The text of a file.
std::string read_file(const std::filesystem::path& file);

}  // namespace familiar::test
