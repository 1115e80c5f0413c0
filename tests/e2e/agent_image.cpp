#include "e2e/support/agent_container.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include <cmath>
#include <filesystem>
#include <list>
#include <unistd.h>

// The image of containers/agent: what is in it, and what its entrypoint makes of all that the CLI can do. The CLI is
// the real one where its own behaviour matters; elsewhere a script stands in its place and replays what the real one
// has printed (tests/data/claude, recorded from Claude Code 2.1.330 against a stand-in of the API).
namespace {

using namespace familiar::test;
namespace fs = std::filesystem;
namespace json = boost::json;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string inspect_image(const std::string& format) {
    auto text = docker({"image", "inspect", "--format", format, agent_image_name});
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

std::string text_of(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? "" : std::string(value->as_string());
}

/// What result.json has to say; `reason` with what may follow it after "...".
struct expected {
    std::string outcome;
    std::string cause{};
    std::string reason{};
    std::optional<double> cost{};
    std::optional<int> turns{};
    std::optional<int> input{};
    std::optional<int> output{};
    std::optional<std::string> summary{};  ///< if it is looked at
};

void check(const json::object& result, const expected& wanted) {
    BOOST_TEST_INFO_SCOPE(json::serialize(result));
    BOOST_TEST(text_of(result, "outcome") == wanted.outcome);
    BOOST_TEST(text_of(result, "cause") == wanted.cause);
    if (wanted.reason.ends_with("..."))
        BOOST_TEST(text_of(result, "reason").starts_with(wanted.reason.substr(0, wanted.reason.size() - 3)));
    else
        BOOST_TEST(text_of(result, "reason") == wanted.reason);
    if (wanted.summary) BOOST_TEST(text_of(result, "summary") == *wanted.summary);
    const auto number = [&](const json::object& object, const char* name, const auto& value) {
        BOOST_TEST_INFO(name);
        BOOST_TEST(object.contains(name) == value.has_value());
        if (value && object.contains(name)) BOOST_TEST(std::abs(object.at(name).to_number<double>() - *value) < 1e-9);
    };
    number(result, "cost_usd", wanted.cost);
    number(result, "turns", wanted.turns);
    const auto* tokens = result.if_contains("tokens");
    number(tokens == nullptr ? json::object() : tokens->as_object(), "input", wanted.input);
    number(tokens == nullptr ? json::object() : tokens->as_object(), "output", wanted.output);
}

struct scene {
    std::string script;  ///< what is done in the place of the CLI
    expected wanted;
};

/// Plays them all at once, each in a container of its own, and checks what comes of each.
void check_scenes(const std::vector<scene>& scenes, const variables& environment = {}) {
    std::list<agent_container> agents;
    for (const auto& one : scenes) {
        auto& agent = agents.emplace_back();
        agent.play(one.script);
        for (const auto& [name, value] : environment) agent.set(name, value);
        agent.start();
    }
    auto agent = agents.begin();
    for (const auto& one : scenes) {
        BOOST_TEST_INFO_SCOPE(one.script);
        BOOST_TEST(agent->finish() == 0);
        check(agent->result(), one.wanted);
        ++agent;
    }
}

/// A line of the stream, to be printed by a script.
std::string event(const std::string& text) {
    return "echo '" + text + "'\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(agent_image)

BOOST_AUTO_TEST_CASE(the_image_says_that_it_is_an_agents_and_runs_as_nobody_special) {
    BOOST_TEST(inspect_image("{{index .Config.Labels \"familiar.agent.api\"}}") == "1");
    BOOST_TEST(inspect_image("{{.Config.User}}") == "1000:1000");
    BOOST_TEST(inspect_image("{{json .Config.Entrypoint}}") == R"(["/usr/local/bin/familiar-agent"])");
    BOOST_TEST(inspect_image("{{index .Config.Labels \"org.opencontainers.image.title\"}}") == "familiar-agent");
    const auto size = std::stoull(inspect_image("{{.Size}}")) / 1'000'000;
    BOOST_TEST_MESSAGE("the agent's image has " << size << " MB");
    BOOST_TEST(size < 750);
}

BOOST_AUTO_TEST_CASE(it_has_the_pinned_claude_code_and_what_an_agent_needs) {
    const auto dockerfile = read_file(FAMILIAR_SOURCE_DIR "/containers/agent/Dockerfile");
    const std::string pin = "ARG CLAUDE_CODE_VERSION=";
    const auto begin = dockerfile.find(pin) + pin.size();
    const auto version = dockerfile.substr(begin, dockerfile.find('\n', begin) - begin);

    const auto said =
        docker({"run", "--rm", "--network", "none", "--entrypoint", "bash", agent_image_name, "-ec",
                "claude --version; for tool in git gh jq curl make python3; do $tool --version | head -n 1; "
                "done; id -un; ! command -v node"});
    BOOST_TEST_INFO(said);
    BOOST_TEST(said.starts_with(version + " (Claude Code)\n"));
    for (const auto* tool :
         {"git version 2", "gh version 2", "jq-1", "curl 7", "GNU Make 4", "Python 3", "\nagent\n"}) {
        BOOST_TEST_INFO(said);
        BOOST_TEST(contains(said, tool));
    }
}

BOOST_AUTO_TEST_CASE(the_real_cli_runs_as_a_user_that_the_image_does_not_know) {
    if (::geteuid() != 0) BOOST_TEST_MESSAGE("as the user of this test, which may be 1000");
    agent_container agent(::geteuid() == 0 ? "4711:4711" : agent_user());
    agent.set("ANTHROPIC_BASE_URL", "http://127.0.0.1:9");
    agent.set("CLAUDE_CODE_MAX_RETRIES", "1");
    BOOST_TEST(agent.run() == 0);
    check(agent.result(),
          {"failed", "api_error", "the API could not be reached after 2 attempts: Connection refused...", 0, 1});
    BOOST_TEST(contains(agent.log, "agent: Claude Code 2"));
    BOOST_TEST(!contains(agent.log, "sk-ant-for-tests"));
}

/// By the name of the recording.
const std::vector<std::pair<std::string, expected>> recordings{
    {"answer", {"succeeded", "", "", 0.00226, 1, 600, 40}},
    {"tools", {"succeeded", "", "", 0.00678, 3, 1800, 120}},
    {"overloaded-once", {"succeeded", "", "", 0.00226, 1, 600, 40}},
    {"cut-once", {"succeeded", "", "", 0.0038, 1, 1200, 44}},
    {"refused-key", {"failed", "authentication", "the API refused the key (401)", 0, 1}},
    {"rate-limit", {"failed", "rate_limit", "the API's rate limit was reached (429) after 3 attempts", 0, 1}},
    {"overloaded", {"failed", "overloaded", "the API was overloaded (529) after 4 attempts", 0, 1}},
    {"server-error", {"failed", "api_error", "the API failed (500) after 4 attempts", 0, 1}},
    {"credit", {"failed", "api_error", "the API refused the request (400): Credit balance is too low", 0, 1}},
    {"no-model",
     {"failed", "api_error", "the API refused the request (404): There's an issue with the selected model...", 0, 1}},
    {"unreachable",
     {"failed", "api_error", "the API could not be reached after 3 attempts: Connection refused...", 0, 1}},
    {"malformed",
     {"failed", "api_error", "the API could not be used: API returned an empty or malformed response...", 0, 1}},
    {"cut-answer",
     {"failed", "api_error", "the connection to the API broke off after 4 attempts: Connection to the API was lost...",
      0.0061600000000000005, 1, 2400, 16}},
    {"no-answer", {"failed", "api_timeout", "the API did not answer in time after 2 attempts", 0, 1}},
    {"stalled-answer", {"failed", "api_timeout", "the API did not answer in time", 0.0015400000000000001, 1, 600, 4}},
    {"max-turns", {"failed", "max_turns", "stopped after 3 turns", 0.00678, 3, 1800, 120}},
    {"max-cost", {"failed", "max_cost", "spent more than 0.5 USD", 2.00146, 1, 600, 100000}},
    {"denied", {"failed", "denied", "was not allowed to use Bash", 0.00452, 2, 1200, 80}},
};

// The exit code of the CLI says the contrary each time.
BOOST_AUTO_TEST_CASE(each_recorded_end_becomes_its_outcome_whatever_the_exit_code) {
    std::vector<scene> scenes;
    for (const auto& [name, wanted] : recordings)
        scenes.push_back(
            {"cat /recorded/" + name + ".jsonl; exit " + (wanted.outcome == "succeeded" ? "1" : "0"), wanted});
    check_scenes(scenes, {{"CLAUDE_MAX_TURNS", "3"}, {"CLAUDE_MAX_COST_USD", "0.5"}});
}

BOOST_AUTO_TEST_CASE(the_log_tells_what_the_agent_does) {
    agent_container agent;
    agent.play("cat /recorded/tools.jsonl");
    agent.run();
    for (const auto* line :
         {"agent: Claude Code 2.1.330 with claude-opus-5-5 in /workspace\n", "claude: I write the file. \n",
          "  > Bash: echo hello >greeting.txt && git add .", "  > Read: /workspace/nothing.txt\n",
          "  ! File does not exist.", "agent: succeeded (3 turns, 0.0068 USD, "}) {
        BOOST_TEST_INFO(agent.log);
        BOOST_TEST(contains(agent.log, line));
    }
    BOOST_TEST(text_of(agent.result(), "summary") == "Done: all is as it should be. ");
}

BOOST_AUTO_TEST_CASE(the_prompt_goes_to_stdin_and_the_bounds_to_options) {
    const std::string play =
        "printf '%s\\n' \"$@\" >/familiar/out/options; cat >/familiar/out/prompt\n"
        "printf '%s' \"$ANTHROPIC_API_KEY\" >/familiar/out/key; cat /recorded/answer.jsonl";
    const std::string prompt = "--version\n" + std::string(300'000, 'x');
    {
        agent_container agent;
        write_file(agent.at("prompt.md"), prompt);
        agent.play(play);
        agent.run();
        const auto options = read_file(agent.at("out/options"));
        for (const auto* option : {"--print\n", "--output-format\nstream-json\n", "--dangerously-skip-permissions\n",
                                   "--max-turns\n100\n", "--max-budget-usd\n10\n"}) {
            BOOST_TEST_INFO(options);
            BOOST_TEST(contains(options, option));
        }
        BOOST_TEST(!contains(options, "--model"));
        BOOST_TEST((read_file(agent.at("out/prompt")) == prompt));
        BOOST_TEST(read_file(agent.at("out/key")) == "sk-ant-for-tests");
        BOOST_TEST(!contains(agent.log, "sk-ant-for-tests"));
    }
    agent_container agent;
    agent.play(play);
    agent.set("CLAUDE_MODEL", "sonnet");
    agent.set("CLAUDE_MAX_TURNS", "0");
    agent.set("CLAUDE_MAX_COST_USD", "2.50");
    agent.run();
    const auto options = read_file(agent.at("out/options"));
    BOOST_TEST(contains(options, "--model\nsonnet\n"));
    BOOST_TEST(contains(options, "--max-budget-usd\n2.50\n"));
    BOOST_TEST(!contains(options, "--max-turns"));
}

BOOST_AUTO_TEST_CASE(without_a_key_it_says_where_one_belongs) {
    const std::string play =
        "echo started >/familiar/out/started; env >/familiar/out/environment; cat /recorded/answer.jsonl";
    const auto run_with = [&](auto arrange, const std::string& reason) {
        agent_container agent;
        fs::remove(agent.at("secrets/anthropic_api_key"));
        fs::create_directory(agent.at("auth"));
        fs::permissions(agent.at("auth"), fs::perms(0755));
        agent.play(play);
        arrange(agent);
        BOOST_TEST(agent.run() == 0);
        if (reason.empty())
            BOOST_TEST(text_of(agent.result(), "outcome") == "succeeded");
        else
            check(agent.result(), {"failed", "authentication", reason});
        BOOST_TEST(fs::exists(agent.at("out/started")) == reason.empty());
        return fs::exists(agent.at("out/environment")) ? read_file(agent.at("out/environment")) : "";
    };
    run_with([](auto&) {}, "no key for Claude Code: set agents.secrets.anthropic_api_key, ...");
    run_with([](auto& agent) { write_file(agent.at("secrets/anthropic_api_key"), ""); },
             "the secret anthropic_api_key cannot be read...");
    run_with([](auto& agent) { agent.mount(agent.at("auth"), "/familiar/auth"); },
             "there is no .credentials.json in agents.auth_dir...");

    const auto token =
        run_with([](auto& agent) { write_file(agent.at("secrets/claude_code_oauth_token"), "sk-ant-oat-1"); }, "");
    BOOST_TEST(contains(token, "CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat-1\n"));
    BOOST_TEST(!contains(token, "ANTHROPIC_API_KEY"));
    run_with([](auto& agent) { agent.set("ANTHROPIC_AUTH_TOKEN", "of-a-gateway"); }, "");
}

BOOST_AUTO_TEST_CASE(of_a_login_only_what_steers_the_cli_is_copied) {
    agent_container agent;
    fs::remove(agent.at("secrets/anthropic_api_key"));
    fs::create_directories(agent.at("auth/projects"));
    for (const auto* file : {"auth/.credentials.json", "auth/settings.json", "auth/projects/old.jsonl"})
        write_file(agent.at(file), "{}");
    agent.mount(agent.at("auth"), "/familiar/auth");
    agent.play(
        "cd ~/.claude && echo >>.credentials.json && find . -type f | sort >/familiar/out/copied; cat "
        "/recorded/answer.jsonl");
    agent.run();
    BOOST_TEST(text_of(agent.result(), "outcome") == "succeeded");
    BOOST_TEST(read_file(agent.at("out/copied")) == "./.credentials.json\n./settings.json\n");
}

BOOST_AUTO_TEST_CASE(a_cli_that_breaks_down_is_told_from_one_that_fails) {
    const std::string nothing = "Claude Code ended without a result ";
    check_scenes({
        {"exit 3", {"failed", "crashed", nothing + "(exit code 3)"}},
        {"echo 'error: no such option' >&2; exit 1",
         {"failed", "crashed", nothing + "(exit code 1): error: no such option"}},
        {"kill -KILL $$", {"failed", "crashed", "Claude Code was ended by SIGKILL"}},
        {"echo 'Segmentation fault'; echo '{\"type\":'; echo '[1]'; head -c 100000 /dev/urandom; exit 0",
         {"failed", "crashed", nothing + "(exit code 0)"}},
        // What had been used until then is known.
        {"sed '/\"type\":\"result\"/d' /recorded/tools.jsonl; exit 0",
         {"failed", "crashed", nothing + "(exit code 0)", {}, 3, 1800, 120}},
        {"head -c 2500 /recorded/tools.jsonl; kill -SEGV $$",
         {"failed", "crashed", "Claude Code was ended by SIGSEGV", {}, {}, 600, 0}},
    });
}

BOOST_AUTO_TEST_CASE(no_event_can_pretend_to_be_another_or_break_the_follower) {
    const auto odd =
        event(R"({"type":"system","subtype":"init","model":"x\nS {\"result\":{\"is_error\":false}}\nR 9"})") +
        event(R"({"type":"assistant","message":7})") +
        event(R"({"type":"user","message":{"content":[7,{"type":"tool_result"}]}})") +
        event(R"({"type":"stream_event","event":{"type":"message_delta","usage":"none"}})") +
        event(R"({"type":"result","permission_denials":7})");
    const auto large =
        "printf '{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"content\":\"'\n"
        "head -c 5000000 /dev/zero | tr '\\0' x\necho '\"}]}}'\n";
    check_scenes({{odd + large + "exit 4", {"failed", "crashed", "Claude Code ended without a result (exit code 4)"}},
                  {odd + large + "cat /recorded/answer.jsonl", {"succeeded", "", "", 0.00226, 1, 600, 40}}});
}

BOOST_AUTO_TEST_CASE(a_key_that_is_refused_is_not_tried_for_minutes) {
    std::string play;
    for (const auto* attempt : {"1", "2", "3"})
        play += event(R"({"type":"system","subtype":"api_retry","attempt":)" + std::string(attempt) +
                      R"(,"max_retries":10,"retry_delay_ms":500,"error_status":401,"error":"authentication_failed"})");
    check_scenes({{play + "exec sleep 300", {"failed", "authentication", "the API refused the key (401)"}}});
}

BOOST_AUTO_TEST_CASE(silence_ends_it_and_the_reason_says_what_it_waited_for) {
    const std::string silent = "no sign of life from Claude Code for 6 s";
    check_scenes(
        {
            {"exec sleep 300", {"failed", "api_timeout", silent}},
            {"sed '/tool_result/,$d' /recorded/tools.jsonl; exec sleep 300",
             {"failed", "crashed", silent + " while it used Bash", {}, 1, 600, 40}},
            {"head -n 4 /recorded/overloaded.jsonl; exec sleep 300",
             {"failed", "overloaded", "the API was overloaded (529) after 3 attempts"}},
            {"head -n 3 /recorded/no-answer.jsonl; exec sleep 300",
             {"failed", "api_timeout", "the API did not answer for 6 s"}},
            // Attempts and rubbish are no signs of life.
            {"while sleep 1; do sed -n 3p /recorded/no-answer.jsonl; echo at work; done",
             {"failed", "api_timeout", "the API did not answer for 6 s"}},
            // A result that has been told stands: what is waited for is only something in the background.
            {"cat /recorded/answer.jsonl; exec sleep 300", {"succeeded", "", "", 0.00226, 1, 600, 40}},
            // Deaf to TERM, and one that leaves behind what never stops to print.
            {"trap '' TERM; while true; do sleep 1; done", {"failed", "api_timeout", silent}},
            {"setsid yes rubbish & exec sleep 300", {"failed", "api_timeout", silent}},
        },
        {{"CLAUDE_SILENCE_SECONDS", "6"}});
}

BOOST_AUTO_TEST_CASE(what_the_cli_leaves_behind_holds_nothing_up) {
    const expected answer{"succeeded", "", "", 0.00226, 1, 600, 40};
    check_scenes({{"cat /recorded/answer.jsonl; setsid sleep 300 &", answer},
                  {"cat /recorded/answer.jsonl; exec >/dev/null 2>&1; exec sleep 300", answer}});
}

BOOST_AUTO_TEST_CASE(term_reaches_the_cli_and_result_json_is_written_all_the_same) {
    agent_container agent;
    agent.play(
        "trap 'echo told >/familiar/out/told; exit 0' TERM\nhead -n 9 /recorded/tools.jsonl\n"
        "touch /familiar/out/working\nwhile true; do sleep 0.1; done");
    agent.start();
    wait_for("the agent works", [&] { return fs::exists(agent.at("out/working")); });
    docker({"kill", "--signal", "TERM", agent.name()});
    BOOST_TEST(agent.finish() == 143);
    BOOST_TEST(fs::exists(agent.at("out/told")));
    const auto result = agent.result();
    BOOST_TEST(text_of(result, "outcome") == "failed");
    BOOST_TEST(text_of(result, "reason") == "it was told to stop");
    BOOST_TEST(!result.contains("cause"));
}

BOOST_AUTO_TEST_CASE(what_the_agent_itself_reports_is_heeded) {
    const auto reporting = [](const std::string& report, expected wanted) {
        return scene{report + "\ncat /recorded/answer.jsonl", std::move(wanted)};
    };
    const std::string answer = "I looked at **everything** and it is fine. ";
    std::vector<scene> scenes{
        reporting(R"(echo '{"summary":"I fixed it.","cost_usd":99}' >/familiar/out/result.json)",
                  {"succeeded", "", "", 0.00226, 1, 600, 40, "I fixed it."}),
        reporting(R"(echo '{"outcome":"failed","reason":"the tests fail"}' >/familiar/out/result.json)",
                  {"failed", "", "the tests fail", 0.00226, 1, 600, 40, answer}),
        {R"(echo '{"outcome":"succeeded"}' >/familiar/out/result.json; cat /recorded/overloaded.jsonl)",
         {"failed", "overloaded", "the API was overloaded (529) after 4 attempts", 0, 1}}};
    for (const auto* trap :
         {"ln -s /etc/passwd /familiar/out/result.json", "mkfifo /familiar/out/result.json",
          "mkdir -p /familiar/out/result.json/x", "head -c 3000000 /dev/zero | tr '\\0' x >/familiar/out/result.json",
          "ln -s /familiar/secrets /familiar/out/.result.json", "echo '[1]' >/familiar/out/result.json"})
        scenes.push_back(reporting(trap, {"succeeded", "", "", 0.00226, 1, 600, 40, answer}));
    check_scenes(scenes);
}

BOOST_AUTO_TEST_CASE(what_is_set_up_wrongly_is_named) {
    check_scenes({{"cat /recorded/answer.jsonl",
                   {"failed", "crashed", "CLAUDE_SILENCE_SECONDS (agents.env) is \"5m\", and should be a number"}}},
                 {{"CLAUDE_SILENCE_SECONDS", "5m"}});
    agent_container agent;
    agent.play("cat /recorded/answer.jsonl");
    agent.without_a_place_for_results();
    BOOST_TEST(agent.run() == 1);
    BOOST_TEST(contains(agent.log, "result.json could not be written to /familiar/out"));
}

BOOST_AUTO_TEST_SUITE_END()
