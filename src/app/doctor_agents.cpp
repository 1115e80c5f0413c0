#include "agent/host_path_proof.hpp"
#include "app/doctor_checks.hpp"

namespace asio = boost::asio;

namespace familiar::app::checkup {

namespace {

/// A container could not be made, or told that the path is wrong.
findings judge(const core::error& failure, std::string hint) {
    if (failure.code == core::errc::image_missing) return skip("no container can be made before the image is pulled");
    return fail(describe(failure), agent::disproves(failure) ? std::move(hint) : engine_hint(failure));
}

}  // namespace

asio::awaitable<findings> agent_image(const patient& who) {
    const auto& agents = who.settings().agents;
    const auto image = co_await who.engine.inspect_image(agents.image);
    if (!image && image.error().code == core::errc::image_missing) {
        const auto missing = "the engine has no image " + agents.image;
        if (agents.pull == config::pull_policy::missing)
            co_return warn(missing,
                           "the first job pulls it, for docker.pull_timeout at most; `docker pull` does it now");
        co_return fail(missing, "build it on the engine's host, or set agents.pull: missing if a registry has it");
    }
    if (!image) co_return fail(describe(image.error()), engine_hint(image.error()));

    const auto label = image->labels.find("familiar.agent.api");
    if (agents.command.empty() && (label == image->labels.end() || label->second != "1"))
        co_return fail(
            agents.image + " is not a Familiar agent image: it has no label familiar.agent.api=1",
            "set agents.command to run a program of it, or give it an agent as its entrypoint and the label");
    co_return ok(agents.image + (agents.command.empty() ? "" : ", with agents.command"));
}

asio::awaitable<findings> agent_network(const patient& who) {
    const auto& name = who.settings().agents.network;
    const auto there = co_await who.engine.inspect_network(name);
    if (there) co_return ok(name);
    if (there.error().code == core::errc::not_found)
        co_return fail("the engine has no network " + name,
                       name == "bridge" ? "it was started without one (--bridge=none): name another in agents.network"
                                        : "`docker network create " + name + "`, or name another in agents.network");
    co_return fail(describe(there.error()), engine_hint(there.error()));
}

asio::awaitable<findings> auth_dir(const patient& who) {
    const auto& agents = who.settings().agents;
    if (agents.auth_dir.empty()) co_return skip("it is not set");
    const auto seen = co_await agent::prove_auth_path(agents, who.engine);
    if (seen) co_return ok(agents.auth_dir.string());
    co_return judge(seen.error(), "it is a folder of the engine's host: make it there, or unset it");
}

/// Also where it is not set: repo_cache.dir is then what the engine's host has to have.
asio::awaitable<findings> host_dir_of_cache(const patient& who) {
    const auto& cache = who.settings().repo_cache;
    const auto proved = co_await agent::prove_cache_path(who.settings(), who.engine);
    if (!proved) co_return judge(proved.error(), {});
    const auto path = (cache.host_dir.empty() ? cache.dir : cache.host_dir).string();
    if (*proved == agent::host_path_proof::seen)
        co_return warn("the engine's host has " + path + ", and no agent tried it: the image has no /bin/sh",
                       "the first job shows whether the agent's user may read and write there");
    co_return ok("the agent's user reads and writes " + path + " of the engine's host");
}

}  // namespace familiar::app::checkup
