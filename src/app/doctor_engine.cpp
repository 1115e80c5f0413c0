#include "app/doctor_checks.hpp"

#include <boost/algorithm/string/find.hpp>

namespace asio = boost::asio;

namespace familiar::app::checkup {

namespace {

bool says(const core::error& failure, std::string_view words) {
    return !boost::algorithm::ifind_first(failure.message, words).empty();
}

findings engine_failure(const core::error& failure) {
    return fail(describe(failure), engine_hint(failure));
}

}  // namespace

std::string engine_hint(const core::error& failure) {
    if (failure.code == core::errc::timed_out)
        return "it hangs: `docker version` by hand says more; restart the engine, or raise docker.ping_timeout if it "
               "is "
               "only slow";
    if (says(failure, "permission denied"))
        return "let the server's user talk to the engine: add it to the group docker and log it in anew; in a "
               "container give it the number of the socket's group (DOCKER_GID of compose.yaml)";
    if (says(failure, "is too old") || says(failure, "is too new"))
        return "the CLI and the engine are of different ages: install a docker CLI that speaks the engine's API and "
               "name it in docker.cli, or set DOCKER_API_VERSION";
    if (says(failure, "there is no program") || says(failure, "there is no executable program"))
        return "install the docker command line (Debian: docker.io or docker-cli), or name it in docker.cli";
    if (failure.code != core::errc::engine_unreachable) return {};
    return "start the engine, or name another one in docker.host or DOCKER_HOST";
}

asio::awaitable<findings> docker_cli(const patient& who) {
    const auto seen = co_await who.engine.versions();
    if (!seen) co_return engine_failure(seen.error());
    co_return ok(who.settings().docker.cli + ", version " + seen->client);
}

asio::awaitable<findings> docker_engine(const patient& who) {
    const auto seen = co_await who.engine.versions();
    if (!seen) co_return engine_failure(seen.error());
    if (seen->no_engine) co_return engine_failure(*seen->no_engine);
    co_return ok("version " + seen->engine + ", API " + seen->engine_api + ", spoken as " + seen->client_api);
}

asio::awaitable<findings> engine_limits(const patient& who) {
    const auto seen = co_await who.engine.facts();
    if (!seen) co_return engine_failure(seen.error());
    std::string missing;
    const auto note = [&](bool can, const char* what) {
        if (!can) missing += (missing.empty() ? "" : ", ") + std::string(what);
    };
    note(seen->limits_memory, "memory (agents.memory)");
    note(seen->limits_swap, "swap");
    note(seen->limits_cpus, "CPUs (agents.cpus)");
    note(seen->limits_pids, "processes (agents.pids)");
    if (missing.empty()) co_return ok("memory, CPUs and processes are limited");
    co_return warn("the engine cannot limit " + missing + ": an agent may take all there is",
                   "enable the cgroup controllers on its host (" + seen->name + "); `docker info` names them");
}

asio::awaitable<findings> engine_clock(const patient& who) {
    const auto before = core::now();
    const auto seen = co_await who.engine.facts();
    if (!seen) co_return engine_failure(seen.error());
    if (!seen->clock) co_return skip("the engine does not tell its time");
    // It was read at some moment between the two.
    const auto now = core::now();
    const auto off = *seen->clock < before ? before - *seen->clock
                     : *seen->clock > now  ? *seen->clock - now
                                           : std::chrono::milliseconds{0};
    if (off > clock_tolerance)
        co_return warn("the engine's clock differs from this machine's by " +
                           core::to_text(std::chrono::floor<std::chrono::seconds>(off)),
                       "set both by NTP: signatures with a time and deadlines of agents depend on them");
    co_return ok("the engine's clock agrees with this machine's");
}

}  // namespace familiar::app::checkup
