#include "reading.hpp"
#include "support/test_data.hpp"

namespace familiar::config::test {

using namespace std::chrono_literals;
using familiar::test::read_test_data;

BOOST_AUTO_TEST_SUITE(configurations_of_the_go_program)

environment published_environment() {
    auto file = parse_env_file(read_test_data("config/go-familiar.env"), "go-familiar.env");
    BOOST_TEST_REQUIRE(to_text(file.errors) == "");
    return file.variables;
}

BOOST_AUTO_TEST_CASE(load_as_they_are) {
    const auto result = parse(read_test_data("config/go-familiar.yaml"), "config.yaml", published_environment());
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    const auto& values = result->values;
    BOOST_TEST(values.server.port == 7000);
    BOOST_TEST((values.agents.timeout == 30min));
    BOOST_TEST((values.agents.debounce == 10s));
    BOOST_TEST(values.concurrency.queue_size == 20U);
    BOOST_TEST(values.repo_cache.dir.string() == "/var/cache/familiar/repos");
    BOOST_TEST(
        revealed(values.providers.github.webhook_secret) == std::vector<std::string>{"your-secure-webhook-secret"},
        boost::test_tools::per_element());
    BOOST_TEST(values.providers.github.token.reveal().starts_with("ghp_"));
    BOOST_TEST(values.providers.gitlab.enabled());
    BOOST_TEST((values.intent.strategy == intent_strategy::api));
    BOOST_TEST(values.intent.api.model == "claude-sonnet-4-20250514");
    BOOST_TEST(values.intent.api.api_key.reveal().starts_with("sk-ant-"));
    BOOST_TEST(values.prompts.mention ==
               "You were mentioned in a comment.\nFollow the user's instructions precisely.\n");
    BOOST_TEST(values.events.mr_comment);
}

BOOST_AUTO_TEST_CASE(get_warnings_that_help_and_no_more) {
    const auto result = parse(read_test_data("config/go-familiar.yaml"), "config.yaml", published_environment());
    const auto text = warnings_of(result);
    BOOST_TEST_REQUIRE(result.has_value(), text);
    for (const std::string key :
         {"concurrency.queue_size: other than in Go-Familiar", "agents.image: other than in Go-Familiar"})
        BOOST_TEST(contains(text, key), key + " is missing in\n" + text);
    BOOST_TEST(result->warnings.size() == 2U, text);
}

BOOST_AUTO_TEST_CASE(of_a_later_version_load_with_paths_that_are_not_set) {
    const auto result = parse(read_test_data("config/go-familiar-later.yaml"), "config.yaml", published_environment());
    const auto text = warnings_of(result);
    BOOST_TEST_REQUIRE(result.has_value(), text);
    const auto& values = result->values;
    BOOST_TEST(values.logging.dir.string() == "/var/log/familiar");
    BOOST_TEST(values.agents.image == "familiar-agent:latest");
    BOOST_TEST(values.agents.auth_dir.empty());
    BOOST_TEST(values.agents.network == "host");
    BOOST_TEST(values.repo_cache.dir.string() == "/cache");
    BOOST_TEST(values.repo_cache.host_dir.empty());
    BOOST_TEST(contains(text, "logging.host_dir: is not used"), text);
    BOOST_TEST(
        contains(text,
                 "events: other than in Go-Familiar, events that are not named keep their defaults; so these are "
                 "on: mr_opened, mr_updated, mention"),
        text);
}

BOOST_AUTO_TEST_CASE(may_use_every_old_name) {
    const auto values = good(
        "agents: {timeout_minutes: 5, debounce_seconds: 3, claude_auth_dir: /a, network_mode: none}\n"
        "llm: {strategy: api, api: {provider: anthropic, model: m, api_key: k}}\nlogging: {host_dir: x}\n"
        "repo_cache: {host_dir: /h}\n");
    BOOST_TEST((values.agents.timeout == 5min));
    BOOST_TEST((values.agents.debounce == 3s));
    BOOST_TEST(values.agents.auth_dir.string() == "/a");
    BOOST_TEST(values.agents.network == "none");
    BOOST_TEST(values.intent.api.model == "m");
    BOOST_TEST(values.repo_cache.host_dir.string() == "/h");
}

BOOST_AUTO_TEST_CASE(count_zero_as_no_timeout_and_as_the_usual_debounce) {
    const auto values = good("agents: {timeout_minutes: 0, debounce_seconds: 0}\n");
    BOOST_TEST((values.agents.timeout == 0s));
    BOOST_TEST((values.agents.debounce == 10s));
}

BOOST_AUTO_TEST_CASE(may_debounce_longer_than_the_default_maximum) {
    BOOST_TEST((good("agents: {debounce_seconds: 120}\n").agents.debounce_max == 2min));
}

BOOST_AUTO_TEST_CASE(must_not_have_an_old_and_a_new_name_for_one_thing) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"agents: {timeout: 1m, timeout_minutes: 1}\n",
         "f.yaml:3:23: agents.timeout_minutes: is the old name of agents.timeout; only one of them may stand here"},
        {"agents: {debounce_seconds: 1, debounce: 1s}\n",
         "f.yaml:3:10: agents.debounce_seconds: is the old name of agents.debounce; only one of them may stand here"},
        {"agents: {auth_dir: /a, claude_auth_dir: /a}\n",
         "f.yaml:3:24: agents.claude_auth_dir: is the old name of agents.auth_dir; only one of them may stand here"},
        {"agents: {network: host, network_mode: host}\n",
         "f.yaml:3:25: agents.network_mode: is the old name of agents.network; only one of them may stand here"},
        {"intent: {}\nllm: {}\n", "f.yaml:4:1: llm: is the old name of intent; only one of them may stand here"},
    };
    for (const auto& [text, message] : table) BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(errors(text) == message);
        }
}

BOOST_AUTO_TEST_CASE(are_told_their_mistakes_under_the_names_they_use) {
    BOOST_TEST(errors("llm: {strategy: cli, api: {modell: x}}\n") ==
               "f.yaml:3:17: llm.strategy: must be rules | api, not 'cli'\n"
               "f.yaml:3:28: llm.api.modell: unknown key; did you mean model?");
    BOOST_TEST(errors("agents: {timeout_minutes: 30m}\n") ==
               "f.yaml:3:27: agents.timeout_minutes: must be a whole number from 0 to 43200, not '30m'");
    BOOST_TEST(errors("agents: {debounce_seconds: -1}\n") ==
               "f.yaml:3:28: agents.debounce_seconds: must be a whole number from 0 to 86400, not '-1'");
}

BOOST_AUTO_TEST_CASE(are_not_suspected_without_their_names) {
    BOOST_TEST(!contains(warnings("concurrency: {queue_size: 20}\nagents: {image: x}\n"), "Go-Familiar"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
