#include "config/default_prompts.hpp"
#include "reading.hpp"

#include <set>

namespace familiar::config::test {

using namespace std::chrono_literals;

// Every number here is the contract's; a change of a default is a change of the contract.
struct read_from_nothing {
    settings values = good("");
};

BOOST_FIXTURE_TEST_SUITE(defaults, read_from_nothing)

BOOST_AUTO_TEST_CASE(of_the_server_and_its_end) {
    BOOST_TEST(values.instance == "");
    BOOST_TEST(values.bot_username == "familiar");
    BOOST_TEST(values.server.host == "0.0.0.0");
    BOOST_TEST(values.server.port == 7000);
    BOOST_TEST(values.server.admin_port == 0);
    BOOST_TEST(values.server.max_body == 25U * 1024 * 1024);
    BOOST_TEST(values.server.max_buffered == 128U * 1024 * 1024);
    BOOST_TEST((values.server.header_timeout == 5s));
    BOOST_TEST((values.server.request_timeout == 9s));
    BOOST_TEST((values.server.idle_timeout == 30s));
    BOOST_TEST(values.server.max_connections == 1024U);
    BOOST_TEST(values.server.api_token.empty());
    BOOST_TEST((values.shutdown.drain_timeout == 30s));
    BOOST_TEST((values.shutdown.stop_grace == 10s));
    BOOST_TEST((values.shutdown.intake == intake_policy::persist));
    BOOST_TEST((values.shutdown.agents == agents_policy::drain));
    BOOST_TEST(values.storage.path.string() == "/var/lib/familiar/familiar.db");
    BOOST_TEST((values.storage.retention == 30 * 24h));
    BOOST_TEST(values.storage.min_free_disk == 1024U * 1024 * 1024);
    BOOST_TEST(values.concurrency.max_agents == 5U);
    BOOST_TEST(values.concurrency.queue_size == 1000U);
    BOOST_TEST((values.concurrency.max_wait == 24h));
}

BOOST_AUTO_TEST_CASE(of_agents_and_what_runs_them) {
    BOOST_TEST(values.agents.image == "familiar-agent:latest");
    BOOST_TEST(values.agents.command.empty());
    BOOST_TEST((values.agents.timeout == 30min));
    BOOST_TEST((values.agents.idle_timeout == 0s));
    BOOST_TEST((values.agents.debounce == 10s));
    BOOST_TEST((values.agents.debounce_max == 60s));
    BOOST_TEST(values.agents.network == "bridge");
    BOOST_TEST(values.agents.memory == 4ULL * 1024 * 1024 * 1024);
    BOOST_TEST(values.agents.cpus == 2.0);
    BOOST_TEST(values.agents.pids == 512U);
    BOOST_TEST(values.agents.user == "");
    BOOST_TEST(values.agents.env.empty());
    BOOST_TEST(values.agents.auth_dir.empty());
    BOOST_TEST(values.agents.secrets.empty());
    BOOST_TEST((values.agents.pull == pull_policy::never));
    BOOST_TEST(values.docker.cli == "docker");
    BOOST_TEST(values.docker.host == "");
    BOOST_TEST((values.docker.command_timeout == 60s));
    BOOST_TEST((values.docker.pull_timeout == 5min));
    BOOST_TEST((values.docker.ping_interval == 10s));
    BOOST_TEST((values.docker.ping_timeout == 2s));
    BOOST_TEST(values.git.author_name == "familiar");
    BOOST_TEST(values.git.author_email == "familiar@localhost");
    BOOST_TEST((values.git.timeout == 10min));
    BOOST_TEST(values.git.ca_file.empty());
    BOOST_TEST(values.repo_cache.dir.string() == "/var/cache/familiar");
    BOOST_TEST(values.repo_cache.host_dir.empty());
    BOOST_TEST((values.repo_cache.unused_for == 30 * 24h));
}

BOOST_AUTO_TEST_CASE(of_logs_retries_and_forges) {
    BOOST_TEST(values.logging.dir.string() == "/var/log/familiar");
    BOOST_TEST(values.logging.retention_days == 30U);
    BOOST_TEST(values.logging.max_log == 64U * 1024 * 1024);
    BOOST_TEST((values.logging.level == log_level::info));
    BOOST_TEST((values.logging.format == log_format::logfmt));
    BOOST_TEST(values.retry.max_retries == 3U);
    BOOST_TEST((values.retry.initial_backoff == 1s));
    BOOST_TEST((values.retry.max_backoff == 30s));
    BOOST_TEST((values.providers.github.auth_method == auth_kind::pat));
    BOOST_TEST(values.providers.github.api_url == "https://api.github.com");
    BOOST_TEST(values.providers.github.git_url == "https://github.com");
    BOOST_TEST((values.providers.gitlab.auth_method == auth_kind::pat));
    BOOST_TEST(values.providers.gitlab.base_url == "https://gitlab.com");
    BOOST_TEST(values.providers.gitlab.git_url == "https://gitlab.com");
    BOOST_TEST(!values.providers.gitlab.enabled());
}

BOOST_AUTO_TEST_CASE(of_what_starts_an_agent_and_what_it_may) {
    const triggers_settings triggers;
    BOOST_TEST(triggers.repositories.empty());
    BOOST_TEST((triggers.forks == forks_policy::approve));
    BOOST_TEST((triggers.minimum_permission == permission::write));
    BOOST_TEST(triggers.allow_users.empty());
    BOOST_TEST(triggers.allow_bots.empty());
    BOOST_TEST(values.triggers.max_jobs_per_hour == 20U);
    BOOST_TEST(values.repo_overrides.prompts);
    BOOST_TEST(values.repo_overrides.agent_images.empty());
    BOOST_TEST((values.intent.strategy == intent_strategy::rules));
    BOOST_TEST((values.intent.api.provider == intent_provider::anthropic));
    BOOST_TEST(values.intent.api.model == "");
    BOOST_TEST(values.intent.api.base_url == "https://api.anthropic.com");
    BOOST_TEST((values.intent.api.timeout == 20s));
    BOOST_TEST(values.events.on(event::kind::mr_opened));
    BOOST_TEST(!values.events.on(event::kind::mr_comment));
    BOOST_TEST(values.events.on(event::kind::mr_updated));
    BOOST_TEST(values.events.on(event::kind::mention));
    BOOST_TEST((values.permissions.merge == action_policy::never));
    BOOST_TEST((values.permissions.approve == action_policy::never));
    BOOST_TEST((values.permissions.push_commits == action_policy::on_request));
    BOOST_TEST((values.permissions.dismiss_reviews == action_policy::never));
}

BOOST_AUTO_TEST_CASE(of_prompts_are_there_for_every_event) {
    std::set<std::string> texts;
    for (const auto kind :
         {event::kind::mr_opened, event::kind::mr_comment, event::kind::mr_updated, event::kind::mention}) {
        BOOST_TEST(values.prompts.of(kind) == default_prompt(kind));
        texts.insert(values.prompts.of(kind));
    }
    BOOST_TEST(texts.size() == 4U);
    BOOST_TEST(!texts.contains(""));
}

BOOST_AUTO_TEST_CASE(stand_for_null_and_empty_values_too) {
    const auto same = good(
        "server: {port: , host: '', idle_timeout: ~, max_body: null}\nagents:\nprompts: {mention: ''}\n"
        "instance: ${UNSET}\nevents: {mr_opened: ''}\n");
    BOOST_TEST(same.server.port == 7000);
    BOOST_TEST(same.server.host == "0.0.0.0");
    BOOST_TEST((same.server.idle_timeout == 30s));
    BOOST_TEST(same.server.max_body == 25U * 1024 * 1024);
    BOOST_TEST(same.agents.image == "familiar-agent:latest");
    BOOST_TEST(same.prompts.mention == default_prompt(event::kind::mention));
    BOOST_TEST(same.events.mr_opened);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
