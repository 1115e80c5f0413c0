#pragma once

#include "e2e/support/http.hpp"
#include "e2e/support/private_engine.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/records.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace familiar::test {

/// Familiar as people install it: the files of containers/ in a folder of the test's own, with a .env made of the
/// shipped example, brought up by docker-compose on a `private_engine` that is `installed`. Its container, its agents
/// and its folders go with this object.
class compose_project {
public:
    /// As somebody has it who has followed .env.example: with a folder, secrets and the engine's group, and an image of
    /// the server. Nothing is up yet.
    explicit compose_project(const private_engine& engine);
    ~compose_project();
    compose_project(const compose_project&) = delete;
    compose_project& operator=(const compose_project&) = delete;

    /// Writes a variable into .env, which has to have it, be it commented out.
    void set(const std::string& variable, const std::string& value);
    /// From here on .env is only for somebody else than the server's user.
    void keep_variables_from_server() const;
    /// Puts something in the place of a text that the shipped configuration has exactly once.
    void edit(const std::string& text, const std::string& by);
    /// The demo's agents at this forge, which may push.
    void serve(const whole_forge& forge);

    /// `docker-compose ARGUMENTS...` in the folder of compose.yaml.
    program_end compose(const std::vector<std::string>& arguments) const;
    /// The same when it has to work: what it prints. Throws with what it said.
    std::string composed(const std::vector<std::string>& arguments) const;
    /// Starts it, without a word; its process.
    pid_t begin(const std::vector<std::string>& arguments) const;
    /// `up --detach`, until the server answers through the published port.
    void up() const;
    void wait_until_it_answers() const;

    /// `docker inspect` of the server's container.
    boost::json::object container() const;

    /// Through the published port, on the address that other machines use.
    answer get(const std::string& path) const;
    answer post(const webhook& what) const;
    /// Posts it and expects a 202; the job's id.
    std::string accepted(const webhook& what) const;
    double metric(const std::string& name) const;

    job_row job(const std::string& id) const { return job_in(folder() / "familiar.db", id); }
    std::vector<job_row> jobs() const { return jobs_in(folder() / "familiar.db"); }
    /// Waits until the job is in this state; the job then.
    job_row wait_for_state(const std::string& id, const std::string& state) const;

    /// Agents wait until they are let go; before the server is up.
    void hold_agents();
    void wait_until_waiting(const std::string& id) const;
    void let_go(const std::string& id) const;

    /// FAMILIAR_DIR.
    std::filesystem::path folder() const { return place_ / "srv"; }
    /// What the server's container has printed.
    std::string log() const;

    static constexpr std::uint16_t port = 7000;
    /// What nobody but the server, and agents as far as the last goes, may see.
    static constexpr auto api_token = "for-the-operators-eyes-only";
    static constexpr auto api_key = "sk-ant-not-for-everybodys-eyes";

private:
    std::filesystem::path files() const { return place_ / "containers"; }

    temporary_directory place_;
};

}  // namespace familiar::test
