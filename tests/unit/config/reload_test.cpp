#include "config/reload.hpp"

#include "reading.hpp"

#include <algorithm>
#include <map>

namespace familiar::config::test {

namespace {

using keys = std::vector<std::string>;

/// Another value than the default for every key there is; `forge` gives providers.github.webhook_secret and two of the
/// triggers.
const std::map<std::string, std::string> another{
    {"instance", "other"},
    {"bot_username", "other"},
    {"server.host", "127.0.0.1"},
    {"server.port", "7001"},
    {"server.admin_port", "7002"},
    {"server.max_body", "1MiB"},
    {"server.max_buffered", "1GiB"},
    {"server.header_timeout", "6s"},
    {"server.request_timeout", "8s"},
    {"server.idle_timeout", "31s"},
    {"server.max_connections", "9"},
    {"server.api_token", "another-token"},
    {"shutdown.drain_timeout", "1s"},
    {"shutdown.stop_grace", "1s"},
    {"shutdown.intake", "refuse"},
    {"shutdown.agents", "detach"},
    {"storage.path", "/other.db"},
    {"storage.retention", "2d"},
    {"storage.min_free_disk", "1MiB"},
    {"concurrency.max_agents", "6"},
    {"concurrency.queue_size", "7"},
    {"concurrency.max_wait", "1h"},
    {"agents.image", "other:latest"},
    {"agents.command", "[other]"},
    {"agents.timeout", "1m"},
    {"agents.idle_timeout", "1m"},
    {"agents.debounce", "1s"},
    {"agents.debounce_max", "61s"},
    {"agents.network", "other"},
    {"agents.memory", "1g"},
    {"agents.cpus", "1"},
    {"agents.pids", "1"},
    {"agents.user", "\"7\""},
    {"agents.env", "{OTHER: x}"},
    {"agents.auth_dir", "/other"},
    {"agents.secrets", "{other: x}"},
    {"agents.pull", "missing"},
    {"docker.cli", "other"},
    {"docker.host", "unix:///other.sock"},
    {"docker.command_timeout", "1s"},
    {"docker.pull_timeout", "1s"},
    {"docker.ping_interval", "1s"},
    {"docker.ping_timeout", "1s"},
    {"git.author_name", "other"},
    {"git.author_email", "other@localhost"},
    {"git.timeout", "1m"},
    {"git.ca_file", "/other.pem"},
    {"repo_cache.dir", "/other"},
    {"repo_cache.host_dir", "/other"},
    {"repo_cache.unused_for", "2d"},
    {"logging.dir", "/other"},
    {"logging.retention_days", "1"},
    {"logging.max_log", "1MiB"},
    {"logging.level", "debug"},
    {"logging.format", "json"},
    {"retry.max_retries", "1"},
    {"retry.initial_backoff", "2s"},
    {"retry.max_backoff", "31s"},
    {"providers.github.auth_method", "app"},
    {"providers.github.token", "another-token"},
    {"providers.github.app_id", "\"7\""},
    {"providers.github.private_key", "\"-----BEGIN ANOTHER KEY-----\""},
    {"providers.github.webhook_secret", "[new, old]"},
    {"providers.github.api_url", "https://other"},
    {"providers.github.git_url", "https://other"},
    {"providers.gitlab.auth_method", ""},  // has one value only
    {"providers.gitlab.token", "another-token"},
    {"providers.gitlab.webhook_secret", "[new, old]"},
    {"providers.gitlab.signing_token", "whsec_b3RoZXI="},
    {"providers.gitlab.base_url", "https://other"},
    {"providers.gitlab.git_url", "https://other"},
    {"triggers.repositories", "[other/*]"},
    {"triggers.forks", "allow"},
    {"triggers.minimum_permission", "read"},
    {"triggers.allow_users", "[other]"},
    {"triggers.allow_bots", "[other]"},
    {"triggers.max_jobs_per_hour", "1"},
    {"repo_overrides.prompts", "false"},
    {"repo_overrides.agent_images", "[other]"},
    {"intent.strategy", "api"},
    {"intent.api.provider", ""},  // has one value only
    {"intent.api.model", "other"},
    {"intent.api.api_key", "another-key"},
    {"intent.api.base_url", "https://other"},
    {"intent.api.timeout", "1s"},
    {"events.mr_opened", "false"},
    {"events.mr_comment", "true"},
    {"events.mr_updated", "false"},
    {"events.mention", "false"},
    {"permissions.merge", "always"},
    {"permissions.approve", "always"},
    {"permissions.push_commits", "always"},
    {"permissions.dismiss_reviews", "always"},
    {"prompts.mr_opened", "other"},
    {"prompts.mr_comment", "other"},
    {"prompts.mr_updated", "other"},
    {"prompts.mention", "other"},
};

/// A flow mapping of YAML from dotted keys.
std::string yaml(const std::map<std::string, std::string>& values, const std::string& prefix = {}) {
    std::string text;
    std::string last;
    for (const auto& [key, value] : values) {
        if (!key.starts_with(prefix)) continue;
        const auto name = key.substr(prefix.size(), key.find('.', prefix.size()) - prefix.size());
        if (name == last) continue;
        last = name;
        const bool leaf = prefix + name == key;
        text += (text.empty() ? "" : ", ") + name + ": " + (leaf ? value : yaml(values, prefix + name + "."));
    }
    return "{" + text + "}";
}

const std::map<std::string, std::string> usual{{"providers.github.app_id", "\"1\""},
                                               {"providers.github.private_key", "\"-----BEGIN A KEY-----\""},
                                               {"providers.github.webhook_secret", "a-secret"},
                                               {"providers.gitlab.webhook_secret", "a-secret"},
                                               {"providers.gitlab.git_url", "https://gitlab.com"},
                                               {"providers.github.api_url", "https://api.github.com"},
                                               {"providers.gitlab.base_url", "https://gitlab.com"},
                                               {"triggers.forks", "deny"},
                                               {"triggers.minimum_permission", "none"}};

settings with(std::map<std::string, std::string> changes) {
    changes.insert(usual.begin(), usual.end());
    auto result = parse(yaml(changes), "f.yaml", {});
    if (!result) BOOST_FAIL(to_text(result.error().errors));
    return result->values;
}

settings without(const std::string& key) {
    auto values = usual;
    values.erase(key);
    auto result = parse(yaml(values), "f.yaml", {});
    if (!result) BOOST_FAIL(to_text(result.error().errors));
    return result->values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reloading)

BOOST_AUTO_TEST_CASE(every_key_says_when_it_is_felt) {
    keys decided;
    for (const auto& one : changeables()) decided.emplace_back(one.key);
    auto known = known_keys();
    std::ranges::sort(decided);
    std::ranges::sort(known);
    BOOST_TEST(decided == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_change_of_any_key_is_told_by_its_name_and_is_in_force_or_is_not) {
    const auto before = with({});
    for (const auto& one : changeables()) {
        BOOST_TEST_CONTEXT(one.key) {
            const auto value = another.find(one.key);
            BOOST_TEST_REQUIRE((value != another.end()));
            if (value->second.empty()) continue;
            const auto read = with({*value});
            BOOST_TEST(!one.same(before, read));
            const auto now = reloaded(before, read);
            const bool at_once = one.felt == effect::at_once;
            BOOST_TEST(now.changed == (at_once ? keys{one.key} : keys{}), boost::test_tools::per_element());
            BOOST_TEST(now.needs_restart == (at_once ? keys{} : keys{one.key}), boost::test_tools::per_element());
            BOOST_TEST(one.same(now.values, at_once ? read : before));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_configuration_changes_nothing) {
    const auto now = reloaded(with({}), with({}));
    BOOST_TEST(now.changed.empty());
    BOOST_TEST(now.needs_restart.empty());
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_does_not_keep_the_rest_from_changing) {
    const auto now = reloaded(with({}), with({{"server.port", "9"}, {"agents.timeout", "7s"}, {"storage.path", "/x"}}));
    BOOST_TEST(now.changed == keys{"agents.timeout"}, boost::test_tools::per_element());
    BOOST_TEST(now.needs_restart == (keys{"server.port", "storage.path"}), boost::test_tools::per_element());
    BOOST_TEST((now.values.agents.timeout == std::chrono::seconds(7)));
    BOOST_TEST(now.values.server.port == 7000);
}

BOOST_AUTO_TEST_CASE(what_bounds_a_server_and_where_it_is_need_a_restart) {
    keys fixed;
    for (const auto& one : changeables())
        if (one.felt == effect::at_restart) fixed.emplace_back(one.key);
    BOOST_TEST(fixed == (keys{"instance", "server.host", "server.port", "server.admin_port", "server.max_body",
                              "server.max_buffered", "server.header_timeout", "server.request_timeout",
                              "server.idle_timeout", "server.max_connections", "storage.path", "docker.cli",
                              "docker.host", "repo_cache.dir", "repo_cache.host_dir"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_provider_is_neither_switched_on_nor_off) {
    const auto both = with({});
    const auto one = without("providers.gitlab.webhook_secret");
    const auto off = reloaded(both, one);
    BOOST_TEST(off.needs_restart == keys{"providers.gitlab"}, boost::test_tools::per_element());
    BOOST_TEST(off.values.providers.gitlab.enabled());
    const auto on = reloaded(one, both);
    BOOST_TEST(on.needs_restart == keys{"providers.gitlab"}, boost::test_tools::per_element());
    BOOST_TEST(on.changed.empty());
    BOOST_TEST(!on.values.providers.gitlab.enabled());
    const auto github = reloaded(both, without("providers.github.webhook_secret"));
    BOOST_TEST(github.needs_restart == keys{"providers.github"}, boost::test_tools::per_element());
    BOOST_TEST(github.values.providers.github.enabled());
}

BOOST_AUTO_TEST_CASE(a_secret_is_rotated_by_way_of_a_list) {
    const auto both = reloaded(with({}), with({{"providers.github.webhook_secret", "[new, a-secret]"}}));
    BOOST_TEST(both.changed == keys{"providers.github.webhook_secret"}, boost::test_tools::per_element());
    BOOST_TEST(revealed(both.values.providers.github.webhook_secret) == (keys{"new", "a-secret"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
