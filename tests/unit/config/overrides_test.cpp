#include "config/overrides.hpp"

#include "reading.hpp"

#include <chrono>

namespace familiar::config::test {

namespace {

const std::string name = ".familiar/config.yaml of main";

std::shared_ptr<const settings> server(const std::string& text = {}) {
    return std::make_shared<const settings>(good(text));
}

overridden narrowed(const std::string& text, const std::string& server_text = {}) {
    auto result = override_with(server(server_text), text, name);
    BOOST_TEST_REQUIRE(result.has_value(), result.error().message);
    return *result;
}

settings in_force(const std::string& text, const std::string& server_text = {}) {
    return *narrowed(text, server_text).in_force;
}

std::string clipped(const std::string& text, const std::string& server_text = {}) {
    std::string all;
    for (const auto& one : narrowed(text, server_text).warnings) all += (all.empty() ? "" : "\n") + one;
    return all;
}

std::string mistake(const std::string& text) {
    const auto result = override_with(server(), text, name);
    if (result) return "no error";
    BOOST_TEST(bool(result.error().code == core::errc::invalid));
    return result.error().message;
}

std::string prefixed(const std::string& message) {
    return name + message;
}

/// The four permissions, as the file calls them.
std::string permissions(const settings& values) {
    const auto& all = values.permissions;
    return std::string(to_text(all.merge)) + ' ' + std::string(to_text(all.approve)) + ' ' +
           std::string(to_text(all.push_commits)) + ' ' + std::string(to_text(all.dismiss_reviews));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_repository_configuration)

BOOST_AUTO_TEST_CASE(that_says_nothing_changes_nothing) {
    for (const std::string text : {"", "# nothing\n", "events:\n", "events: {}\npermissions: {}\nprompts: {}\n",
                                   "agent_image:\n", "prompts: {mention: ''}\n", "---\n"})
        BOOST_TEST_CONTEXT(text) {
            const auto result = narrowed(text, "agents: {image: one}\nprompts: {mention: Do it.}\n");
            BOOST_TEST(result.warnings.empty());
            BOOST_TEST(result.in_force->agents.image == "one");
            BOOST_TEST(result.in_force->prompts.mention == "Do it.");
            BOOST_TEST(permissions(*result.in_force) == "never never on_request never");
        }
}

BOOST_AUTO_TEST_CASE(leaves_what_it_does_not_speak_of_as_the_server_has_it) {
    const auto values = in_force("events: {mr_opened: false}\n", "agents: {timeout: 5m}\nbot_username: robot\n");
    BOOST_TEST((values.agents.timeout == std::chrono::minutes(5)));
    BOOST_TEST(values.bot_username == "robot");
    BOOST_TEST(values.events.mr_updated);
}

BOOST_AUTO_TEST_CASE(switches_events_off) {
    const auto values = in_force("events: {mr_opened: false, mr_updated: no, mention: off, mr_comment: false}\n",
                                 "events: {mr_comment: true}\n");
    BOOST_TEST(!values.events.mr_opened);
    BOOST_TEST(!values.events.mr_updated);
    BOOST_TEST(!values.events.mention);
    BOOST_TEST(!values.events.mr_comment);
}

BOOST_AUTO_TEST_CASE(does_not_switch_events_on) {
    const std::string text = "events:\n  mr_opened: true\n  mr_comment: true\n";
    BOOST_TEST(!in_force(text).events.mr_comment);
    BOOST_TEST(in_force(text).events.mr_opened);
    BOOST_TEST(clipped(text) == prefixed(":3:3: events.mr_comment: is off at the server, and stays off"));
    BOOST_TEST(clipped(text, "events: {mr_comment: true}\n") == "");
}

BOOST_AUTO_TEST_CASE(and_the_server_agree_on_the_stricter_permission) {
    struct row {
        std::string server, repository, both;
        bool warns;
    };
    const std::vector<row> table{
        {"always", "always", "always", false},
        {"always", "on_request", "on_request", false},
        {"always", "never", "never", false},
        {"on_request", "always", "on_request", true},
        {"on_request", "on_request", "on_request", false},
        {"on_request", "never", "never", false},
        {"never", "always", "never", true},
        {"never", "on_request", "never", true},
        {"never", "never", "never", false},
    };
    for (const auto& [server, repository, both, warns] : table)
        for (const std::string action : {"merge", "approve", "push_commits", "dismiss_reviews"})
            BOOST_TEST_CONTEXT(action << ": " << server << " and " << repository) {
                const auto text = "permissions:\n  " + action + ": " + repository + "\n";
                const auto result = narrowed(text,
                                             "permissions: {merge: always, approve: always, push_commits: always, "
                                             "dismiss_reviews: always}\n");
                const auto strict = narrowed(text, "permissions: {" + action + ": " + server + "}\n");
                BOOST_TEST(result.warnings.empty());
                BOOST_TEST(strict.warnings.empty() != warns);
                const auto& all = strict.in_force->permissions;
                const auto got = action == "merge"          ? all.merge
                                 : action == "approve"      ? all.approve
                                 : action == "push_commits" ? all.push_commits
                                                            : all.dismiss_reviews;
                BOOST_TEST(to_text(got) == both);
            }
    BOOST_TEST(clipped("permissions: {merge: on_request}\n") ==
               prefixed(":1:15: permissions.merge: is never at the server, and stays so"));
}

BOOST_AUTO_TEST_CASE(brings_prompts_if_the_server_lets_it) {
    const std::string text = "prompts:\n  mr_opened: |\n    Look at\n    {MR_NUMBER}.\n  mention: Go.\n";
    const auto values = in_force(text, "prompts: {mr_updated: Again.}\n");
    BOOST_TEST(values.prompts.mr_opened == "Look at\n{MR_NUMBER}.\n");
    BOOST_TEST(values.prompts.mention == "Go.");
    BOOST_TEST(values.prompts.mr_updated == "Again.");

    const std::string strict = "repo_overrides: {prompts: false}\nprompts: {mr_opened: Mine.}\n";
    BOOST_TEST(in_force(text, strict).prompts.mr_opened == "Mine.");
    const std::string left_out = ": is left out: the server has repo_overrides.prompts off";
    BOOST_TEST(clipped(text, strict) ==
               prefixed(":2:3: prompts.mr_opened") + left_out + "\n" + prefixed(":5:3: prompts.mention") + left_out);
}

BOOST_AUTO_TEST_CASE(chooses_an_image_among_those_that_the_server_names) {
    struct row {
        std::string allowed, chosen;
        bool taken;
    };
    const std::vector<row> table{{"[]", "other", false},
                                 {"[other]", "other", true},
                                 {"[other]", "other:latest", false},
                                 {"[other]", "another", false},
                                 {"[a, 'other:*']", "other:1.2", true},
                                 {"['team/*']", "team/x:1", true},
                                 {"['team/*']", "team/x/y", false},
                                 {"['team/*']", "steam/x", false},
                                 {"['r.example:5000/*/agent']", "r.example:5000/a/agent", true},
                                 {"['*-agent']", "my-agent", true},
                                 {"['*-agent']", "my-agent-2", false},
                                 {"['*a*b']", "xaab", true},
                                 {"['*a*b']", "xa/b", false},
                                 {"['*']", "anything", true},
                                 {"['*']", "any/thing", false},
                                 {"['o**r']", "other", true}};
    for (const auto& [allowed, chosen, taken] : table) BOOST_TEST_CONTEXT(chosen << " of " << allowed) {
            const auto given = "repo_overrides: {agent_images: " + allowed + "}\nagents: {image: mine}\n";
            const auto result = narrowed("agent_image: " + chosen + "\n", given);
            BOOST_TEST(result.in_force->agents.image == (taken ? chosen : "mine"));
            BOOST_TEST(result.warnings.empty() == taken);
        }
    BOOST_TEST(clipped("agent_image: other\n") ==
               prefixed(":1:1: agent_image: is left out: 'other' is none of the server's repo_overrides.agent_images"));
    BOOST_TEST(clipped("agent_image: mine\n", "agents: {image: mine}\n") == "");
}

BOOST_AUTO_TEST_CASE(with_the_keys_of_the_go_program_is_read) {
    const std::string text =
        "events:\n  mr_opened: true\n  mr_comment: true\n  mr_updated: false\n  mention: true\n"
        "permissions:\n  merge: \"on_request\"\n  approve: \"never\"\n  push_commits: \"always\"\n"
        "  dismiss_reviews: \"never\"\nprompts:\n  mr_opened: |\n    Be brief.\nagent_image: image\n";
    const std::string generous =
        "events: {mr_comment: true}\npermissions: {merge: always, push_commits: always}\n"
        "repo_overrides: {agent_images: [image]}\n";
    BOOST_TEST(clipped(text, generous) == "");
    const auto values = in_force(text, generous);
    BOOST_TEST(!values.events.mr_updated);
    BOOST_TEST(permissions(values) == "on_request never always never");
    BOOST_TEST(values.agents.image == "image");
}

BOOST_AUTO_TEST_CASE(takes_variables_as_they_are_written) {
    const auto values = in_force("prompts: {mention: 'The $$ of ${HOME} and ${X:-y} and ${'}\n");
    BOOST_TEST(values.prompts.mention == "The $$ of ${HOME} and ${X:-y} and ${");
}

BOOST_AUTO_TEST_CASE(with_a_mistake_is_refused_with_its_place) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"permissions: {push_commits: sometimes}\n",
         ":1:29: permissions.push_commits: must be always | on_request | never, not 'sometimes'"},
        {"permisions: {push_commits: never}\n", ":1:1: permisions: unknown key; did you mean permissions?"},
        {"permissions:\n  push_comits: never\n",
         ":2:3: permissions.push_comits: unknown key; did you mean push_commits?"},
        {"push_commits: never\n", ":1:1: push_commits: unknown key; there is permissions.push_commits"},
        {"triggers: {minimum_permission: none}\n", ":1:1: triggers: unknown key"},
        {"events: {mention: maybe}\n", ":1:19: events.mention: must be true or false, not 'maybe'"},
        {"events: [mention]\n", ":1:9: events: must be a mapping of keys to values"},
        {"prompts: {mention: [a]}\n", ":1:20: prompts.mention: must be a single value, not a list"},
        {"prompts: {mention: \"a\\0b\"}\n", ":1:20: prompts.mention: must not contain a NUL character"},
        {"- a\n", ":1:1: must be a mapping of sections, such as \"server:\""},
        {"events: {mention: true}\nevents: {}\n", ":2:1: events: stands here twice, first in line 1"},
        {"a: b\n---\nc: d\n", ":3:1: a second YAML document; there may be only one"},
    };
    for (const auto& [text, message] : table) BOOST_TEST_CONTEXT(text) BOOST_TEST(mistake(text) == prefixed(message));
    BOOST_TEST(mistake("agent_image: --privileged\n").starts_with(prefixed(":1:14: agent_image: must be an image")));
    BOOST_TEST(contains(mistake("events: {\n"), ": not YAML: "));
}

BOOST_AUTO_TEST_CASE(with_many_mistakes_tells_the_first_few_in_one_line) {
    std::string text;
    for (int count = 0; count < 100; ++count) text += "key" + std::to_string(count) + ": 1\n";
    const auto message = mistake(text);
    BOOST_TEST(message.starts_with(prefixed(":1:1: key0: unknown key; ") + prefixed(":2:1: key1: unknown key; ")));
    BOOST_TEST(message.ends_with("; and 95 more"));
    BOOST_TEST(!contains(message, "\n"));
}

BOOST_AUTO_TEST_CASE(does_not_explode) {
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char letter = 'b'; letter < 'z'; ++letter) {
        const std::string before(1, static_cast<char>(letter - 1));
        bomb += std::string(1, letter) + ": &" + letter + " [";
        for (int count = 0; count < 10; ++count) bomb += (count == 0 ? "*" : ", *") + before;
        bomb += "]\n";
    }
    BOOST_TEST(contains(mistake(bomb), ":1:1: a: unknown key"));
    BOOST_TEST(contains(mistake("x: &x [a]\nevents: *x\n"), "events: must be a mapping"));
    BOOST_TEST(contains(mistake("events: " + std::string(100'000, '[')), "nested too deep"));
    BOOST_TEST(contains(mistake(std::string((1 << 20) + 1, '#')), "is larger than 1 MiB"));
    BOOST_TEST(contains(mistake("events: &e {mention: *e}\n"), "events.mention: must be a single value"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
