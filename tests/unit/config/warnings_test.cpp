#include "reading.hpp"

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(warnings_of_keys_without_effect)

BOOST_AUTO_TEST_CASE(are_none_for_defaults_and_for_what_is_built) {
    BOOST_TEST(warnings("") == "");
    BOOST_TEST(
        warnings("server: {port: 1, api_token: x}\nagents: {timeout: 1h, image: x}\nconcurrency: {max_agents: 2}\n") ==
        "");
    BOOST_TEST(warnings("shutdown: {agents: detach}\nstorage: {retention: 1d}\nconcurrency: {max_wait: 1h}\n"
                        "agents: {debounce: 1s, debounce_max: 1m, idle_timeout: 1m}\nrepo_cache: {unused_for: 1d}\n"
                        "logging: {retention_days: 3}\n") == "");
}

BOOST_AUTO_TEST_CASE(come_only_for_values_that_ask_for_something) {
    BOOST_TEST(warnings("server: {admin_port: 0, api_token: ''}\nagents: {idle_timeout: 0}\nintent: {strategy: rules}\n"
                        "permissions:\nrepo_overrides: {}\n") == "");
}

BOOST_AUTO_TEST_CASE(come_with_the_place_and_what_happens_instead) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"repo_overrides: {prompts: true}\n",
         "f.yaml:3:1: repo_overrides: no effect yet: a repository's .familiar/config.yaml is not read"},
        {"intent: {strategy: api, api: {model: m}}\n",
         "f.yaml:3:1: intent: no effect yet: no API is asked; a comment goes to the agent as it was written"},
        {"intent: {api: {model: m}}\n",
         "f.yaml:3:10: intent.api: no effect yet: no API is asked; a comment goes to the agent as it was written"},
        {"permissions: {merge: always, approve: never}\n",
         "f.yaml:3:1: permissions: no effect yet but for push_commits: never, which gives agents no credential to push "
         "with; "
         "for the rest an agent can do whatever its credentials allow"},
    };
    for (const auto& [text, message] : table) BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(warnings(text) == message);
        }
}

BOOST_AUTO_TEST_CASE(of_forges_and_triggers_come_once) {
    const auto result = parse(
        "providers:\n  github: {webhook_secret: s, token: t, auth_method: app, app_id: a, private_key: \"-----BEGIN "
        "\"}\n"
        "  gitlab: {webhook_secret: s, token: t}\n"
        "triggers: {minimum_permission: none, forks: allow, max_jobs_per_hour: 5}\n",
        "f.yaml", {});
    BOOST_TEST(warnings_of(result) ==
               "f.yaml:2:31: providers.github.token: no effect yet but for git: nothing is read from or written to the "
               "forge's API\n"
               "f.yaml:2:41: providers.github.auth_method: no effect yet: git goes without credentials; use "
               "auth_method: pat and a token");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(who_can_start_agents)

std::string told(const std::string& triggers) {
    return warnings_of(parse("providers: {github: {webhook_secret: s}}\n" + triggers, "f.yaml", {}));
}

BOOST_AUTO_TEST_CASE(is_told_when_nothing_was_said) {
    BOOST_TEST(
        told("") ==
        "f.yaml: triggers: nobody can start an agent yet: minimum_permission is write, and no forge is asked for "
        "permissions yet; name people in allow_users, or set it to none to let everybody in; merge requests from forks "
        "are "
        "refused: forks is approve, and nobody can approve yet");
}

BOOST_AUTO_TEST_CASE(names_those_that_can) {
    BOOST_TEST(told("triggers: {allow_users: [alice], forks: deny}\n") ==
               "f.yaml:2:1: triggers: only alice (allow_users) can start an agent: minimum_permission is write, and no "
               "forge is "
               "asked for permissions yet; set it to none to let everybody in");
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b], forks: deny}\n"), "only a and b (allow_users)"));
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b, c], forks: deny}\n"), "only a, b and c (allow_users)"));
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b, c, d, e], forks: deny}\n"),
                        "only a, b, c and 2 more (allow_users)"));
}

BOOST_AUTO_TEST_CASE(points_at_the_key_that_closes) {
    BOOST_TEST(told("triggers:\n  forks: deny\n  minimum_permission: read\n  allow_users: [a]\n")
                   .starts_with("f.yaml:4:3: triggers: only a "));
    BOOST_TEST(
        told("triggers:\n  minimum_permission: none\n  forks: approve\n") ==
        "f.yaml:4:3: triggers: merge requests from forks are refused: forks is approve, and nobody can approve yet");
    BOOST_TEST(
        told("triggers: {minimum_permission: none}\n").starts_with("f.yaml:2:1: triggers: merge requests from forks"));
}

BOOST_AUTO_TEST_CASE(is_no_question_when_everybody_can) {
    BOOST_TEST(told("triggers: {minimum_permission: none, forks: allow}\n") == "");
    BOOST_TEST(told("triggers: {minimum_permission: none, forks: deny}\n") == "");
}

BOOST_AUTO_TEST_CASE(is_nobody_without_events) {
    BOOST_TEST(warnings("events: {mr_opened: false, mr_updated: false, mention: false}\n") ==
               "f.yaml:3:1: events: all of them are off, so nothing will start an agent");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
