#pragma once

#include "agent/agent.hpp"
#include "agent/container.hpp"
#include "docker/engine.hpp"
#include "docker/watcher.hpp"
#include "git/cache.hpp"
#include "support/site.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace familiar::test {

inline constexpr auto instance = "here";

/// All that agents need, on a site; as the server builds it.
struct agent_rooms {
    agent_rooms(boost::asio::any_io_executor executor, const config::settings& first,
                provider::forge_lookup forges = {})
        : settings(first),
          repositories(
              executor, pool,
              {settings->repo_cache.dir, settings->git.timeout, "familiar", "familiar@localhost", {.max_retries = 0}}),
          engine({settings->docker.cli, "", settings->docker.command_timeout, settings->docker.pull_timeout,
                  settings->docker.ping_timeout}),
          watch(engine, agent::instance_labels(instance),
                {.backoff = {.initial_backoff = std::chrono::milliseconds(10),
                             .max_backoff = std::chrono::milliseconds(50)}}),
          agents({settings, engine, watch, repositories, pool, instance, std::move(forges)}) {
        BOOST_REQUIRE(repositories.open());
    }
    ~agent_rooms() { pool.join(); }
    agent_rooms(const agent_rooms&) = delete;
    agent_rooms& operator=(const agent_rooms&) = delete;

    config::current settings;
    boost::asio::thread_pool pool{2};
    git::cache repositories;
    docker::engine engine;
    docker::container_watch watch;
    agent::agents agents;
};

}  // namespace familiar::test
