#include "reading.hpp"

#include <filesystem>

namespace familiar::config::test {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(values_in_the_file)

BOOST_AUTO_TEST_CASE(set_the_server_and_its_end) {
    const auto values = good(R"(
instance: forge-1
bot_username: Review.Bot
server: {host: "::1", port: 0, admin_port: 9100, max_body: 1MiB, max_buffered: 2m, header_timeout: 1s, request_timeout: 250ms,
         idle_timeout: 1m, max_connections: 3, api_token: t}
shutdown: {drain_timeout: 0, stop_grace: 1s, intake: refuse, agents: detach}
storage: {path: /data/f.db, retention: 0, min_free_disk: 0}
concurrency: {max_agents: 1, queue_size: 2, max_wait: 1h30m}
retry: {max_retries: 0, initial_backoff: 10ms, max_backoff: 20ms}
logging: {dir: /logs, retention_days: 0, max_log: 4k, level: debug, format: json}
)");
    BOOST_TEST(values.instance == "forge-1");
    BOOST_TEST(values.bot_username == "Review.Bot");
    BOOST_TEST(values.server.host == "::1");
    BOOST_TEST(values.server.port == 0);
    BOOST_TEST(values.server.admin_port == 9100);
    BOOST_TEST(values.server.max_body == 1U << 20);
    BOOST_TEST(values.server.max_buffered == 2U << 20);
    BOOST_TEST((values.server.header_timeout == 1s));
    BOOST_TEST((values.server.request_timeout == 250ms));
    BOOST_TEST((values.server.idle_timeout == 1min));
    BOOST_TEST(values.server.max_connections == 3U);
    BOOST_TEST(values.server.api_token.reveal() == "t");
    BOOST_TEST((values.shutdown.drain_timeout == 0s));
    BOOST_TEST((values.shutdown.stop_grace == 1s));
    BOOST_TEST((values.shutdown.intake == intake_policy::refuse));
    BOOST_TEST((values.shutdown.agents == agents_policy::detach));
    BOOST_TEST(values.storage.path.string() == "/data/f.db");
    BOOST_TEST((values.storage.retention == 0s));
    BOOST_TEST(values.storage.min_free_disk == 0U);
    BOOST_TEST(values.concurrency.max_agents == 1U);
    BOOST_TEST(values.concurrency.queue_size == 2U);
    BOOST_TEST((values.concurrency.max_wait == 90min));
    BOOST_TEST(values.retry.max_retries == 0U);
    BOOST_TEST((values.retry.initial_backoff == 10ms));
    BOOST_TEST((values.retry.max_backoff == 20ms));
    BOOST_TEST(values.logging.dir.string() == "/logs");
    BOOST_TEST(values.logging.retention_days == 0U);
    BOOST_TEST(values.logging.max_log == 4096U);
    BOOST_TEST((values.logging.level == log_level::debug));
    BOOST_TEST((values.logging.format == log_format::json));
}

BOOST_AUTO_TEST_CASE(set_agents_and_what_runs_them) {
    const auto values = good(R"(
agents: {image: "reg.example:5000/a/b@sha256:00ff", command: [sh, -c, "", "x $$ ${V}"], timeout: 0, idle_timeout: 5m, debounce: 0s,
         debounce_max: 1h, network: host, memory: 512m, cpus: 0.5, pids: 64, user: "1000:1000", auth_dir: /home/me/.claude/,
         env: {PLAIN: a b, EMPTY: , FROM: "${V}"}, secrets: {api.key: "${V}"}, pull: missing}
docker: {cli: /usr/bin/docker, host: unix:///run/docker.sock, command_timeout: 5s, pull_timeout: 1h, ping_interval: 200ms, ping_timeout: 100ms}
git: {author_name: Familiar Bot, author_email: bot@example.com, timeout: 1m, ca_file: /etc/ca.pem}
repo_cache: {dir: /cache, host_dir: /srv/cache, unused_for: 0}
)",
                             {{"V", "v"}});
    BOOST_TEST(values.agents.image == "reg.example:5000/a/b@sha256:00ff");
    BOOST_TEST(values.agents.command == (std::vector<std::string>{"sh", "-c", "", "x $ v"}),
               boost::test_tools::per_element());
    BOOST_TEST((values.agents.timeout == 0s));
    BOOST_TEST((values.agents.idle_timeout == 5min));
    BOOST_TEST((values.agents.debounce == 0s));
    BOOST_TEST((values.agents.debounce_max == 1h));
    BOOST_TEST(values.agents.network == "host");
    BOOST_TEST(values.agents.memory == 512U << 20);
    BOOST_TEST(values.agents.cpus == 0.5);
    BOOST_TEST(values.agents.pids == 64U);
    BOOST_TEST(values.agents.user == "1000:1000");
    BOOST_TEST(values.agents.auth_dir.string() == "/home/me/.claude/");
    BOOST_TEST(
        (values.agents.env == std::map<std::string, std::string>{{"PLAIN", "a b"}, {"EMPTY", ""}, {"FROM", "v"}}));
    BOOST_TEST_REQUIRE(values.agents.secrets.size() == 1U);
    BOOST_TEST(values.agents.secrets.at("api.key").reveal() == "v");
    BOOST_TEST((values.agents.pull == pull_policy::missing));
    BOOST_TEST(values.docker.cli == "/usr/bin/docker");
    BOOST_TEST(values.docker.host == "unix:///run/docker.sock");
    BOOST_TEST((values.docker.command_timeout == 5s));
    BOOST_TEST((values.docker.pull_timeout == 1h));
    BOOST_TEST((values.docker.ping_interval == 200ms));
    BOOST_TEST((values.docker.ping_timeout == 100ms));
    BOOST_TEST(values.git.author_name == "Familiar Bot");
    BOOST_TEST(values.git.author_email == "bot@example.com");
    BOOST_TEST((values.git.timeout == 1min));
    BOOST_TEST(values.git.ca_file.string() == "/etc/ca.pem");
    BOOST_TEST(values.repo_cache.dir.string() == "/cache");
    BOOST_TEST(values.repo_cache.host_dir.string() == "/srv/cache");
    BOOST_TEST((values.repo_cache.unused_for == 0s));
}

BOOST_AUTO_TEST_CASE(set_who_may_and_what_happens) {
    const auto result = parse(R"(
providers: {gitlab: {webhook_secret: s}}
triggers: {repositories: [acme/*, group/**], forks: allow, minimum_permission: admin, allow_users: [alice, bob_2],
           allow_bots: ["dependabot[bot]"], max_jobs_per_hour: 0}
repo_overrides: {prompts: false, agent_images: [a:1, b/*]}
intent: {strategy: api, api: {provider: anthropic, model: m, api_key: k, base_url: http://127.0.0.1:9/, timeout: 1s}}
events: {mr_opened: false, mr_comment: yes, mr_updated: off, mention: "false"}
permissions: {merge: always, approve: on_request, push_commits: never, dismiss_reviews: always}
prompts: {mr_opened: a, mr_comment: "b\nc", mr_updated: c, mention: d}
)",
                              "f.yaml", {});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    const auto& values = result->values;
    BOOST_TEST(values.triggers.repositories == (std::vector<std::string>{"acme/*", "group/**"}),
               boost::test_tools::per_element());
    BOOST_TEST((values.triggers.forks == forks_policy::allow));
    BOOST_TEST((values.triggers.minimum_permission == permission::admin));
    BOOST_TEST(values.triggers.allow_users == (std::vector<std::string>{"alice", "bob_2"}),
               boost::test_tools::per_element());
    BOOST_TEST(values.triggers.allow_bots == (std::vector<std::string>{"dependabot[bot]"}),
               boost::test_tools::per_element());
    BOOST_TEST(values.triggers.max_jobs_per_hour == 0U);
    BOOST_TEST(!values.repo_overrides.prompts);
    BOOST_TEST(values.repo_overrides.agent_images.size() == 2U);
    BOOST_TEST((values.intent.strategy == intent_strategy::api));
    BOOST_TEST(values.intent.api.model == "m");
    BOOST_TEST(values.intent.api.api_key.reveal() == "k");
    BOOST_TEST(values.intent.api.base_url == "http://127.0.0.1:9");
    BOOST_TEST((values.intent.api.timeout == 1s));
    BOOST_TEST(!values.events.on(event::kind::mr_opened));
    BOOST_TEST(values.events.on(event::kind::mr_comment));
    BOOST_TEST(!values.events.on(event::kind::mr_updated));
    BOOST_TEST(!values.events.on(event::kind::mention));
    BOOST_TEST((values.permissions.merge == action_policy::always));
    BOOST_TEST((values.permissions.approve == action_policy::on_request));
    BOOST_TEST((values.permissions.push_commits == action_policy::never));
    BOOST_TEST((values.permissions.dismiss_reviews == action_policy::always));
    BOOST_TEST(values.prompts.of(event::kind::mr_comment) == "b\nc");
    BOOST_TEST(values.prompts.of(event::kind::mention) == "d");
    BOOST_TEST(enabled(values.providers, event::provider::gitlab));
    BOOST_TEST(!enabled(values.providers, event::provider::github));
}

BOOST_AUTO_TEST_CASE(may_come_from_the_environment_whatever_their_type) {
    const environment variables{{"PORT", "8080"}, {"ON", "true"}, {"TIME", "45m"}, {"WHO", "alice"}};
    const auto values = good(
        "server: {port: \"${PORT}\"}\nevents: {mr_comment: \"${ON}\"}\nagents:\n  timeout: ${TIME}\n"
        "  cpus: ${CPUS:-1.5}\nrepo_overrides: {agent_images: [\"${A}\", \"x-${WHO}\", \"${B:-b}\"]}\n",
        variables);
    BOOST_TEST(values.server.port == 8080);
    BOOST_TEST(values.events.mr_comment);
    BOOST_TEST((values.agents.timeout == 45min));
    BOOST_TEST(values.agents.cpus == 1.5);
    BOOST_TEST(values.repo_overrides.agent_images == (std::vector<std::string>{"x-alice", "b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(from_the_environment_are_no_yaml) {
    const auto values = good("prompts:\n  mention: ${V}\n", {{"V", "a: [b\n# c"}});
    BOOST_TEST(values.prompts.mention == "a: [b\n# c");
}

BOOST_AUTO_TEST_CASE(that_are_relative_paths_count_from_the_current_folder) {
    const auto values = good("storage: {path: ./build/../f.db}\nlogging: {dir: log}\nrepo_cache: {dir: cache}\n");
    const auto here = std::filesystem::current_path();
    BOOST_TEST(values.storage.path == here / "f.db");
    BOOST_TEST(values.logging.dir == here / "log");
    BOOST_TEST(values.repo_cache.dir == here / "cache");
}

BOOST_AUTO_TEST_CASE(raise_their_unset_partners) {
    BOOST_TEST((good("agents: {debounce: 5m}\n").agents.debounce_max == 5min));
    BOOST_TEST(good("server: {max_body: 512MiB}\n").server.max_buffered == 512ULL << 20);
    BOOST_TEST((good("retry: {initial_backoff: 1m}\n").retry.max_backoff == 1min));
}

BOOST_AUTO_TEST_CASE(may_be_shared_by_an_anchor) {
    const auto values = good("agents: {timeout: &long 2h, idle_timeout: *long}\n");
    BOOST_TEST((values.agents.idle_timeout == 2h));
}

BOOST_AUTO_TEST_CASE(may_name_localhost) {
    BOOST_TEST(good("server: {host: localhost}\n").server.host == "127.0.0.1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
