#include "e2e/support/docker.hpp"
#include "e2e/support/metrics_text.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/messages_api.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

// The real Claude Code in the image that people use, with a model that says what a test wants: what it does reaches the
// merge request, and whatever goes wrong with its API ends in words, in bounded time, and with its cost.
namespace {

using namespace familiar::test;
using turn = messages_turn;

constexpr auto operators = "only-operators-know-this";
constexpr auto api_key = "sk-ant-api03-e2e_0123456789-abcdefghijklmnopqrstuvwxyz";

/// At the prices of claude-sonnet-4-5 ($3 and $15 for a million tokens) a turn of the usual usage costs $0.06, this one
/// $0.60.
constexpr messages_usage dear{.input = 100'000, .output = 20'000};

configuration::entries with_claude(const whole_forge& forge, const messages_api& api,
                                   const configuration::entries& changes) {
    auto all = forge.configured({{"agents.image", "familiar-test-agent:latest"},
                                 {"agents.memory", "1g"},
                                 {"agents.env.ANTHROPIC_BASE_URL", yaml_text(api.url())},
                                 {"agents.env.CLAUDE_MODEL", "claude-sonnet-4-5"},
                                 {"agents.secrets.anthropic_api_key", yaml_text(api_key)}});
    for (const auto& [key, value] : changes) all[key] = value;
    return all;
}

/// One server whose agents lose their patience soon.
struct common : suite_wide<common> {
    whole_forge forge;
    messages_api api;
    server familiar{forge, with_claude(forge, api,
                                       {{"concurrency.max_agents", "4"},
                                        {"server.api_token", operators},
                                        {"agents.env.CLAUDE_MAX_TURNS", "\"4\""},
                                        {"agents.env.CLAUDE_MAX_COST_USD", "\"0.5\""},
                                        {"agents.env.CLAUDE_CODE_MAX_RETRIES", "\"1\""},
                                        {"agents.env.CLAUDE_SILENCE_SECONDS", "\"45\""},
                                        {"agents.env.CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS", "\"3000\""},
                                        {"agents.env.API_TIMEOUT_MS", "\"2000\""}})};
};

whole_forge& forge() {
    return common::now->forge;
}
messages_api& api() {
    return common::now->api;
}
server& familiar_server() {
    return common::now->familiar;
}

/// How the prompt names the repository: no other has the same.
std::string mark_of(const merge_request& about) {
    return "`" + about.path + "`";
}

struct begun {
    merge_request about;
    std::string job;
};

/// Somebody who may asks for a push, and the model answers with these turns.
begun ask(server& familiar, const std::string& at, std::vector<turn> turns) {
    const auto about = forge().open();
    api().script(mark_of(about), std::move(turns));
    const auto asked = forge().comment(at, about, "grace", "@familiar please let it spin faster, and push it.");
    return {about, familiar.accepted(asked.hook)};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The comment in which the bot tells how it went.
std::string answer_to(const begun& what) {
    const auto answers = forge().wait_for_answers(what.about, 1, what.job);
    BOOST_TEST(answers.size() == 1U);
    return answers.back().body;
}

std::string in_repository(const merge_request& about, std::vector<std::string> command) {
    command.insert(command.begin(), {"git", "--git-dir=" + forge().repository(about.path).string()});
    return run_program(command).out;
}

void check_hidden(const std::string& where, const std::string& text) {
    BOOST_TEST(!text.empty(), where);
    BOOST_TEST(!contains(text, api_key), where << " shows the key");
}

/// All that shows of an agent while it runs, to those who ask the engine or the kernel.
void check_key_is_hidden_of(const job_row& job) {
    check_hidden("docker inspect", boost::json::serialize(inspect(job.container)));
    std::string command_lines;
    for (const auto& [id, argv] : running_processes()) command_lines += argv + "\n";
    BOOST_TEST(contains(command_lines, "stream-json"));
    check_hidden("a command line", command_lines);
}

/// Works once it is let go, and prints what it must not show.
constexpr auto work = R"(set -e
cat /familiar/secrets/anthropic_api_key; echo
until [ -e /familiar/out/go ]; do sleep 0.1; done
cd /workspace
echo 'Spin faster.' >lib/spin.txt
git add lib/spin.txt
git commit --quiet --message 'Spin faster'
git push --quiet
git status --short --branch)";

const auto both = boost::unit_test::data::make(std::vector<std::string>{"github", "gitlab"});

struct trouble {
    std::string name;
    std::vector<turn> turns;
    std::string cause;
    std::string words;
    double cost;  ///< of the whole answers; the CLI also counts what has come of a broken one
};

const std::vector<trouble>& troubles() {
    static const std::vector<trouble> all{
        {"a wrong key", {turn::refuses(401, "invalid x-api-key")}, "authentication", "401", 0.00},
        {"a limit", {turn::refuses(429, "too many tokens", {{"retry-after", "1"}})}, "rate_limit", "429", 0.00},
        {"a limit for an hour", {turn::refuses(429, "used up", {{"retry-after", "3600"}})}, "rate_limit", "429", 0.00},
        {"an error after a turn", {turn::runs("true"), turn::refuses(500, "broken")}, "api_error", "500", 0.06},
        {"an overload", {turn::refuses(529, "Overloaded")}, "overloaded", "529", 0.00},
        {"a hang", {turn::ends_early(turn::ending::silence)}, "api_timeout", "did not answer", 0.00},
        {"a cut", {turn::runs("true"), turn::ends_early(turn::ending::cut)}, "api_error", "broke off", 0.06},
        {"a stall", {turn::runs("true"), turn::ends_early(turn::ending::stall)}, "api_timeout", "did not answer", 0.06},
        {"no end", {turn::runs("true")}, "max_turns", "turns", 0.24},
        {"a high price", {turn::runs("true", dear)}, "max_cost", "0.5", 0.60},
    };
    return all;
}

std::vector<turn> hangs_after_a_turn() {
    return {turn::runs("true"), turn::ends_early(turn::ending::silence)};
}

std::string reason_by_api(const std::string& job) {
    const header_fields credentials{{"Authorization", std::string("Bearer ") + operators}};
    return request(familiar_server().port(), "GET", "/api/jobs/" + job, credentials).field("reason");
}

/// In dollars, as the comment has it: in whole cents.
double cost_in(const std::string& answer) {
    const auto at = answer.find(", $");
    return at == std::string::npos ? -1 : std::stod(answer.substr(at + 3));
}

/// Returns the cost that people are told.
double check_failed(const trouble& what, const begun& begun) {
    BOOST_TEST_INFO_SCOPE(what.name);
    const auto row = familiar_server().wait_for_job(begun.job);
    BOOST_TEST_MESSAGE(what.name << ": " << *row.finished_at - *row.started_at << " ms, "
                                 << api().calls(mark_of(begun.about)).size() << " requests: " << row.reason);
    BOOST_TEST(row.state == "failed");
    BOOST_TEST(contains(reason_by_api(begun.job), what.words), reason_by_api(begun.job));
    const auto answer = answer_to(begun);
    BOOST_TEST(contains(answer, "**Failed after "), answer);
    BOOST_TEST(contains(answer, what.words), answer);
    const auto cost = cost_in(answer);
    BOOST_TEST(cost > what.cost - 0.001, answer);
    BOOST_TEST(cost < what.cost + 0.1, answer);
    forge().wait_for_status(begun.about, row.head, "failure");
    BOOST_TEST(*row.finished_at - *row.started_at < 60'000);
    check_hidden("the kept log", read_file(row.log));
    return cost;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(claude_code, *boost::unit_test::fixture<common>())

BOOST_DATA_TEST_CASE(what_was_asked_for_is_done_and_pushed_and_its_cost_is_told, both, at) {
    const auto before = metrics_of(familiar_server().port());
    const auto asked = ask(familiar_server(), at, {turn::runs(work), turn::says("The spinner spins faster now.")});
    const auto& [about, job] = asked;
    const auto mark = mark_of(about);
    wait_for("the agent has asked the model", [&] { return !api().calls(mark).empty(); });
    check_key_is_hidden_of(familiar_server().job(job));
    familiar_server().let_go(job);

    const auto row = familiar_server().wait_for_job(job);
    BOOST_TEST_MESSAGE("at " << at << ": " << *row.finished_at - *row.started_at << " ms");
    BOOST_TEST(row.state == "succeeded", row.reason);
    BOOST_TEST(forge().tip(about.path, "refs/heads/" + about.branch + "~1") == about.head);
    BOOST_TEST(in_repository(about, {"show", about.branch + ":lib/spin.txt"}) == "Spin faster.\n");
    BOOST_TEST(in_repository(about, {"log", "-1", "--format=%an <%ae>", about.branch}) ==
               "familiar <familiar@localhost>\n");

    const auto calls = api().calls(mark);
    BOOST_REQUIRE(calls.size() == 2U);
    BOOST_TEST(calls[0].header("x-api-key") == api_key);
    BOOST_TEST(calls[0].model == "claude-sonnet-4-5");
    for (const auto* text : {"You work on merge request", "> @familiar please let it spin faster", "> It should spin."})
        BOOST_TEST(contains(calls[0].prompt, text), calls[0].prompt);
    BOOST_REQUIRE(calls[1].tool_results.size() == 1U);
    BOOST_TEST(contains(calls[1].tool_results[0], "## " + about.branch), calls[1].tool_results[0]);
    BOOST_TEST(api().others().empty());

    const auto answer = answer_to(asked);
    for (const auto* text : {"**Done in ", "$0.12", "2 turns", "The spinner spins faster now."})
        BOOST_TEST(contains(answer, text), answer);
    forge().wait_for_status(about, row.head, "success");
    const auto after = metrics_of(familiar_server().port());
    const auto risen = [&](const std::string& name) { return after.at(name) - before.at(name); };
    BOOST_TEST(risen("familiar_agents_completed_total") == 1);
    BOOST_TEST(risen("familiar_agents_cost_usd_total") == 0.12, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(risen("familiar_agents_tokens_total{direction=\"input\"}") == 20'000);
    BOOST_TEST(risen("familiar_agents_tokens_total{direction=\"output\"}") == 4'000);

    const auto log = read_file(row.log);
    BOOST_TEST(contains(log, "***"), log);
    check_hidden("the kept log", log);
    check_hidden("the comment", answer);
    check_hidden("the server's log", familiar_server().log());
}

BOOST_AUTO_TEST_CASE(whatever_goes_wrong_with_the_api_ends_in_words_in_bounded_time_and_with_its_cost) {
    const auto before = metrics_of(familiar_server().port());
    std::vector<begun> all;
    for (const auto& one : troubles()) all.push_back(ask(familiar_server(), "github", one.turns));
    const auto passes =
        ask(familiar_server(), "github", {turn::refuses(529, "Overloaded"), turn::says("It spins already.")});

    double told = 0;
    for (std::size_t at = 0; at < all.size(); ++at) told += check_failed(troubles()[at], all[at]);
    const auto row = familiar_server().wait_for_job(passes.job);
    BOOST_TEST(row.state == "succeeded", row.reason);
    const auto answer = answer_to(passes);
    BOOST_TEST(contains(answer, "It spins already."), answer);
    BOOST_TEST(api().calls(mark_of(passes.about)).size() == 2U);

    const auto after = metrics_of(familiar_server().port());
    const auto risen = [&](const std::string& name) { return after.at(name) - before.at(name); };
    for (const auto& one : troubles()) {
        const auto same = std::ranges::count(troubles(), one.cause, &trouble::cause);
        BOOST_TEST(risen("familiar_agent_failures_total{cause=\"" + one.cause + "\"}") == same, one.cause);
    }
    BOOST_TEST(risen("familiar_agents_failed_total") == troubles().size());
    BOOST_TEST(risen("familiar_agents_cost_usd_total") == told + cost_in(answer), boost::test_tools::tolerance(0.05));
}

/// Each has the time to start and to work for one turn before.
BOOST_AUTO_TEST_CASE(an_agent_whose_api_hangs_ends_when_its_patience_or_its_time_is_up) {
    server impatient(forge(), with_claude(forge(), api(), {{"agents.env.CLAUDE_SILENCE_SECONDS", "\"12\""}}));
    server strict(forge(), with_claude(forge(), api(), {{"agents.timeout", "12s"}}));
    const auto given_up = ask(impatient, "github", hangs_after_a_turn());
    const auto out_of_time = ask(strict, "gitlab", hangs_after_a_turn());

    const auto failed = impatient.wait_for_job(given_up.job);
    BOOST_TEST(failed.state == "failed");
    const auto words = answer_to(given_up);
    BOOST_TEST(contains(words, "no sign of life from Claude Code for 12 s"), words);
    BOOST_TEST(impatient.metric("familiar_agent_failures_total{cause=\"api_timeout\"}") == 1);

    const auto stopped = strict.wait_for_job(out_of_time.job);
    BOOST_TEST(stopped.state == "timed_out", stopped.reason);
    BOOST_TEST(contains(answer_to(out_of_time), "**Stopped after 12 seconds"), answer_to(out_of_time));
    BOOST_TEST(strict.metric("familiar_agents_timed_out_total") == 1);

    for (const auto* one : {&impatient, &strict}) {
        // What the CLI has cost can be asked no more, but what it used was seen.
        BOOST_TEST(one->metric("familiar_agents_tokens_total{direction=\"input\"}") == 10'000);
        BOOST_TEST(one->metric("familiar_agents_tokens_total{direction=\"output\"}") == 2'000);
    }
    for (const auto& one : {given_up, out_of_time}) BOOST_TEST(api().calls(mark_of(one.about)).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
