#include "reading.hpp"

namespace familiar::config::test {

BOOST_AUTO_TEST_CASE(a_plain_configuration_warns_of_nothing) {
    BOOST_TEST(warnings("") == "");
    BOOST_TEST(warnings("server: {admin_port: 0, api_token: ''}\nagents: {idle_timeout: 0}\n"
                        "intent: {strategy: rules}\npermissions: {merge: on_request}\nrepo_overrides: {prompts: true}\n"
                        "shutdown: {agents: detach}\nstorage: {retention: 1d}\n") == "");
}

BOOST_AUTO_TEST_SUITE(who_can_start_agents)

std::string told(const std::string& triggers, const std::string& github = {}) {
    return warnings_of(parse("providers: {github: {webhook_secret: s" + github + "}}\n" + triggers, "f.yaml", {}));
}

const std::string unasked = "without providers.github.token nobody's permission can be asked of github: ";

BOOST_AUTO_TEST_CASE(is_told_when_nothing_was_said) {
    BOOST_TEST(told("") ==
               "f.yaml: triggers: " + unasked +
                   "nobody can start an agent there, since minimum_permission is write, and merge requests from forks "
                   "wait there for the approval of somebody in allow_users, since forks is approve; set it, name "
                   "people in allow_users, or set "
                   "minimum_permission to none to let everybody in");
}

BOOST_AUTO_TEST_CASE(is_the_forge_s_answer_where_it_can_be_asked) {
    BOOST_TEST(told("", ", token: t") == "");
    BOOST_TEST(told("", ", auth_method: app, app_id: 1, private_key: \"-----BEGIN \"") == "");
}

BOOST_AUTO_TEST_CASE(names_what_each_forge_lacks) {
    const auto text =
        warnings_of(parse("providers:\n  github: {webhook_secret: s, token: t, git_url: \"http://localhost:1\"}\n"
                          "  gitlab: {webhook_secret: s}\n",
                          "f.yaml", {}));
    BOOST_TEST(contains(text,
                        "without providers.github.api_url and providers.gitlab.token nobody's permission can be "
                        "asked of github and gitlab: "),
               text);
    const auto one =
        warnings_of(parse("providers:\n  github: {webhook_secret: s, token: t}\n"
                          "  gitlab: {webhook_secret: s}\n",
                          "f.yaml", {}));
    BOOST_TEST(contains(one, "without providers.gitlab.token nobody's permission can be asked of gitlab: "), one);
}

BOOST_AUTO_TEST_CASE(names_those_that_can) {
    BOOST_TEST(told("triggers: {allow_users: [alice], forks: deny}\n") ==
               "f.yaml:2:1: triggers: " + unasked +
                   "only alice (allow_users) can start an agent there, since minimum_permission is write; set it, or "
                   "set minimum_permission to none to let everybody in");
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b], forks: deny}\n"), "only a and b (allow_users)"));
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b, c], forks: deny}\n"), "only a, b and c (allow_users)"));
    BOOST_TEST(contains(told("triggers: {allow_users: [a, b, c, d, e], forks: deny}\n"),
                        "only a, b, c and 2 more (allow_users)"));
}

BOOST_AUTO_TEST_CASE(points_at_the_key_that_closes) {
    BOOST_TEST(told("triggers:\n  forks: deny\n  minimum_permission: read\n  allow_users: [a]\n")
                   .starts_with("f.yaml:4:3: triggers: " + unasked + "only a "));
    BOOST_TEST(
        told("triggers:\n  minimum_permission: none\n  forks: approve\n") ==
        "f.yaml:4:3: triggers: " + unasked +
            "merge requests from forks wait there for the approval of somebody in allow_users, since forks is approve");
    BOOST_TEST(told("triggers: {minimum_permission: none}\n").starts_with("f.yaml:2:1: triggers: " + unasked));
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
