#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

// What operators see and do: the API and the commands on top of it.
namespace {

using namespace familiar::test;

constexpr auto token = "only-operators-know-this";
const header_fields with_token{{"Authorization", std::string("Bearer ") + token}};
const header_fields as_events{with_token[0], {"Accept", "text/event-stream"}};

/// Agents that wait until they are let go, or end at once.
constexpr auto waits = "echo 'the prompt:'; until [ -e /familiar/out/go ]; do sleep 0.1; done; echo 'the end'\n";
constexpr auto succeeds = "echo 'all is well'\n";
constexpr auto fails = "echo 'alas'; exit 3\n";

/// One server whose agents do what act.sh of their merge request says; jobs of "elsewhere" are refused at once.
struct common : suite_wide<common> {
    test_forge forge;
    server familiar{forge,
                    {{"server.api_token", token},
                     {"agents.command", R"(["sh", "/workspace/act.sh"])"},
                     {"triggers.repositories", R"(["acme/*"])"},
                     {"events.mr_comment", "true"}}};
};

server& familiar_server() {
    return common::now->familiar;
}

merge_request opened(const std::string& script) {
    return common::now->forge.open({{"act.sh", script}});
}

std::string start(const std::string& script) {
    return familiar_server().accepted(github("pull_request.opened", opened(script)));
}

answer api(const std::string& method, const std::string& path, const header_fields& header = with_token) {
    return request(familiar_server().port(), method, "/api/jobs" + path, header);
}

boost::json::object shown(const std::string& job) {
    const auto given = api("GET", "/" + job);
    BOOST_REQUIRE_MESSAGE(given.status == 200, given.head << given.body);
    return given.json();
}

std::string text(const boost::json::object& job, const char* name) {
    return job.at(name).is_null() ? std::string() : std::string(job.at(name).as_string());
}

bool contains(const std::string& all, const std::string& part) {
    return all.find(part) != std::string::npos;
}

/// What a chunked body says.
std::string joined(const std::string& chunked) {
    std::string body;
    for (std::size_t at = 0; at < chunked.size();) {
        const auto size = std::stoul(chunked.substr(at), nullptr, 16);
        const auto begin = chunked.find("\r\n", at) + 2;
        if (size == 0) return body;
        body += chunked.substr(begin, size);
        at = begin + size + 2;
    }
    BOOST_ERROR("the body has no end");
    return body;
}

program_end command(std::vector<std::string> arguments, variables environment = {}) {
    environment.emplace_back("FAMILIAR_URL", familiar_server().url());
    return familiar_server().command(std::move(arguments), environment);
}

/// How many `docker logs --follow` the server runs.
std::size_t followers() {
    const auto children = children_of(familiar_server().process());
    return static_cast<std::size_t>(std::count_if(children.begin(), children.end(), [](pid_t child) {
        return contains(read_of_process(child, "cmdline"), "--follow");
    }));
}

/// Somebody who watches a log.
class watcher {
public:
    explicit watcher(const std::string& job) : peer_(familiar_server().port()) {
        peer_.send(request_text("GET", "/api/jobs/" + job + "/log", as_events, {}));
    }

    void wait_for_text(const std::string& part) {
        while (!contains(seen_, part)) {
            const auto more = peer_.receive_some();
            BOOST_REQUIRE_MESSAGE(!more.empty(), "the stream ended without " << part << ":\n" << seen_);
            seen_ += more;
        }
    }
    const std::string& all() {
        seen_ += peer_.receive_all();
        return seen_;
    }

private:
    connection peer_;
    std::string seen_;
};

/// A command that runs beside the test.
class running_command {
public:
    explicit running_command(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), FAMILIAR_BINARY);
        const int out = ::open(file().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        process_ = start_program(arguments, {.environment = {{"FAMILIAR_URL", familiar_server().url()}},
                                             .directory = familiar_server().folder(),
                                             .out = out});
        ::close(out);
    }
    ~running_command() {
        if (process_ == 0) return;
        ::kill(process_, SIGKILL);
        wait_for_end();
    }
    running_command(const running_command&) = delete;
    running_command& operator=(const running_command&) = delete;

    std::string out() const { return read_file(file()); }
    int wait_for_end() { return wait_for_exit(std::exchange(process_, 0), std::chrono::seconds(60)); }

private:
    std::filesystem::path file() const { return folder_ / "out"; }

    temporary_directory folder_;
    pid_t process_ = 0;
};

void check_error(const answer& given, unsigned status, const std::string& part) {
    BOOST_TEST(given.status == status);
    BOOST_TEST(contains(given.field("error"), part), given.body);
    BOOST_TEST(contains(given.head, "Cache-Control: no-store"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operators, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(nobody_is_answered_without_the_token) {
    const std::vector<header_fields> strangers{{},
                                               {{"Authorization", "Bearer another"}},
                                               {{"Authorization", std::string("Basic ") + token}},
                                               {{"Authorization", std::string("Bearer ") + token + "x"}}};
    for (const auto& header : strangers)
        for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
                 {"GET", ""}, {"GET", "/x"}, {"GET", "/x/log"}, {"POST", "/x/cancel"}, {"POST", "/x/retry"}}) {
            const auto given = api(method, path, header);
            check_error(given, 401, "token");
            BOOST_TEST(contains(given.head, "WWW-Authenticate: Bearer\r\n"));
        }
    BOOST_TEST(
        familiar_server().has_logged({"level=warn", "API request refused", "remote=127.0.0.1", "path=/api/jobs"}));
    BOOST_TEST(!contains(familiar_server().log(), token));
    BOOST_TEST(api("GET", "").status == 200u);
    BOOST_TEST(api("DELETE", "/x").status == 405u);
}

BOOST_AUTO_TEST_CASE(without_a_token_configured_there_is_no_api) {
    server familiar(common::now->forge);
    for (const auto& header : {header_fields{}, with_token, {{"Authorization", "Bearer "}}})
        BOOST_TEST(request(familiar.port(), "GET", "/api/jobs", header).status == 404u);
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"jobs"}, {"show", "01"}, {"logs", "-f", "01"}}) {
        const auto ended = familiar.command(arguments, {{"FAMILIAR_URL", familiar.url()}});
        BOOST_TEST(ended.code == 1);
        BOOST_TEST(contains(ended.error, "set server.api_token"), ended.error);
    }
}

BOOST_AUTO_TEST_CASE(jobs_are_listed_newest_first_by_page_state_and_repository) {
    const merge_request about{.path = "elsewhere/listed", .head = std::string(40, 'a')};
    std::vector<std::string> ids;
    for (int count = 0; count < 5; ++count)
        ids.push_back(familiar_server().accepted(github("pull_request.opened", about)));
    for (const auto& id : ids) familiar_server().wait_for_state(id, {"refused"});
    std::reverse(ids.begin(), ids.end());

    std::vector<std::string> seen;
    std::string next;
    for (int page = 0; page < 3; ++page) {
        const auto given = api("GET", "?repository=elsewhere%2Flisted&limit=2&before=" + next).json();
        for (const auto& job : given.at("jobs").as_array()) seen.push_back(text(job.as_object(), "id"));
        next = text(given, "next");
        BOOST_TEST(next == (page < 2 ? seen.back() : ""));
    }
    BOOST_TEST((seen == ids));

    const auto count = [](const std::string& query) { return api("GET", query).json().at("jobs").as_array().size(); };
    BOOST_TEST(count("?state=refused&repository=elsewhere/listed") == 5u);
    BOOST_TEST(count("?state=running&repository=elsewhere/listed") == 0u);
    BOOST_TEST(count("?repository=elsewhere") == 0u);

    check_error(api("GET", "?state=lost"), 400, "received, held, queued");
    check_error(api("GET", "?limit=501"), 400, "1 to 500");
    check_error(api("GET", "?before=x"), 400, "id");
}

BOOST_AUTO_TEST_CASE(a_job_is_found_by_the_beginning_of_its_id) {
    const auto job = start(succeeds);
    familiar_server().wait_for_job(job);
    const auto whole = shown(job);
    BOOST_TEST(text(whole, "state") == "succeeded");
    BOOST_TEST(text(whole, "provider") == "github");
    BOOST_TEST(text(whole, "event") == "mr_opened");
    BOOST_TEST(whole.at("exit_code").as_int64() == 0);
    BOOST_TEST((shown(job.substr(0, 25)) == whole));

    const merge_request other{.path = "elsewhere/other", .head = std::string(40, 'c')};
    familiar_server().accepted(github("pull_request.opened", other));
    check_error(api("GET", "/" + job.substr(0, 1)), 409, "several jobs begin with");
    check_error(api("GET", "/zzzz"), 404, "there is no job zzzz");
    check_error(api("GET", "/%25"), 404, "no job's id");
    check_error(api("POST", "/zzzz/cancel"), 404, "there is no job zzzz");
    check_error(api("POST", "/zzzz/retry"), 404, "there is no job zzzz");
    check_error(api("GET", "/zzzz/log"), 404, "there is no job zzzz");
}

BOOST_AUTO_TEST_CASE(the_log_of_an_ended_job_is_the_file_that_was_kept) {
    const auto job = start("i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i + 1)); done\n");
    const auto row = familiar_server().wait_for_job(job);
    const auto kept = read_file(row.log);
    BOOST_TEST(contains(kept, "line 19999\n"));

    const auto given = api("GET", "/" + job + "/log");
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(contains(given.head, "Content-Type: text/plain; charset=utf-8\r\n"));
    BOOST_TEST(contains(given.head, "Cache-Control: no-store\r\n"));
    BOOST_TEST((joined(given.body) == kept));
    BOOST_TEST((command({"logs", job}).out == kept));
    BOOST_TEST((command({"logs", "--follow", job}).out == kept));

    std::filesystem::remove(row.log);
    check_error(api("GET", "/" + job + "/log"), 404, "kept no longer");
    check_error(api("GET", "/" + job + "/log", as_events), 404, "kept no longer");
    const auto ended = command({"logs", job});
    BOOST_TEST(ended.code == 1);
    BOOST_TEST(contains(ended.error, "kept no longer"), ended.error);
}

BOOST_AUTO_TEST_CASE(a_running_log_is_followed_while_and_only_while_somebody_watches) {
    auto& familiar = familiar_server();
    const auto job = start(waits);
    familiar.wait_until_waiting(job);
    BOOST_TEST(followers() == 0u);
    {
        watcher first(job);
        first.wait_for_text("data: the prompt:\n\n");
        watcher second(job);
        second.wait_for_text("data: the prompt:\n\n");
        BOOST_TEST(followers() == 2u);
    }
    wait_for("nobody watches any more", [] { return followers() == 0; });

    watcher last(job);
    last.wait_for_text("Content-Type: text/event-stream\r\n");
    last.wait_for_text("data: the prompt:\n\n");
    last.wait_for_text(": keep-alive\n\n");
    familiar.let_go(job);
    BOOST_TEST(contains(last.all(), "data: the end\n\n"));
    BOOST_TEST(contains(last.all(), "event: end\ndata: succeeded\n\n"));
    BOOST_TEST(followers() == 0u);
    familiar.wait_for_job(job);
}

BOOST_AUTO_TEST_CASE(a_log_is_whole_whenever_somebody_begins_to_watch) {
    for (int round = 0; round < 5; ++round) {
        const auto job = start(succeeds);
        answer given;
        wait_for("the job has a log", [&] {
            given = api("GET", "/" + job + "/log", as_events);
            return given.status == 200;
        });
        BOOST_TEST(joined(given.body) == "data: all is well\n\nevent: end\ndata: succeeded\n\n");
    }
}

BOOST_AUTO_TEST_CASE(a_running_log_read_once_is_what_there_is_so_far) {
    auto& familiar = familiar_server();
    const auto job = start(waits);
    familiar.wait_until_waiting(job);
    const auto given = api("GET", "/" + job + "/log");
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(joined(given.body) == "the prompt:\n");
    BOOST_TEST(familiar.job(job).state == "running");

    running_command follows({"logs", "-f", job.substr(0, 20)});
    wait_for("the command prints", [&] { return contains(follows.out(), "the prompt:\n"); });
    familiar.let_go(job);
    BOOST_TEST(follows.wait_for_end() == 0);
    BOOST_TEST(follows.out() == "the prompt:\nthe end\n");
}

BOOST_AUTO_TEST_CASE(the_server_ends_in_time_while_somebody_watches) {
    server familiar(common::now->forge,
                    {{"server.api_token", token}, {"agents.env.DEMO_SLEEP", "60"}, {"shutdown.drain_timeout", "1s"}});
    const auto job = familiar.accepted(github("pull_request.opened", common::now->forge.open()));
    familiar.wait_until_waiting(job);
    connection peer(familiar.port());
    peer.send(request_text("GET", "/api/jobs/" + job + "/log", as_events, {}));
    std::string seen;
    while (!contains(seen, "data: agent: the prompt:")) {
        const auto more = peer.receive_some();
        BOOST_REQUIRE_MESSAGE(!more.empty(), seen);
        seen += more;
    }
    BOOST_TEST(familiar.end() == 0);
    peer.receive_all();
    BOOST_TEST(familiar.job(job).state == "interrupted");
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_says_for_what_and_can_be_cancelled) {
    auto& familiar = familiar_server();
    const auto about = opened(waits);
    const auto runs = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(runs);
    const auto job = familiar.accepted(github("pull_request_review_comment.created", about));
    wait_for("the job waits", [&] { return text(shown(job), "waiting_for") == "merge_request"; });
    check_error(api("GET", "/" + job + "/log"), 404, "has no log yet: it is queued");
    check_error(api("POST", "/" + job + "/retry"), 409, job);

    const auto given = api("POST", "/" + job + "/cancel");
    BOOST_TEST(given.status == 202u);
    BOOST_TEST(given.field("state") == "cancelled");
    BOOST_TEST(given.field("reason") == "cancelled by an operator");
    check_error(api("POST", "/" + job + "/cancel"), 409, "has ended (cancelled)");
    check_error(api("GET", "/" + job + "/log"), 404, "never started");

    familiar.let_go(runs);
    BOOST_TEST(familiar.wait_for_job(runs).state == "succeeded");
    BOOST_TEST(familiar.job(job).state == "cancelled");
    BOOST_TEST(familiar.job(job).attempt == 0);
}

BOOST_AUTO_TEST_CASE(a_running_job_is_cancelled_with_its_agent) {
    auto& familiar = familiar_server();
    const auto before = familiar.metric("familiar_agents_cancelled_total");
    const auto job = start(waits);
    familiar.wait_until_waiting(job);
    const auto container = familiar.job(job).container;
    const auto ended = command({"cancel", job});
    BOOST_TEST(ended.code == 0, ended.error);
    BOOST_TEST(ended.out == job + " is being stopped\n");

    const auto row = familiar.wait_for_state(job, {"cancelled"});
    BOOST_TEST(row.reason == "cancelled by an operator");
    BOOST_TEST(contains(read_file(row.log), "the prompt:"));
    BOOST_TEST(!has_container(container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));
    BOOST_TEST(familiar.metric("familiar_agents_cancelled_total") == before + 1);

    const auto again = command({"cancel", job});
    BOOST_TEST(again.code == 1);
    BOOST_TEST(again.out == "");
    BOOST_TEST(contains(again.error, "has ended (cancelled)"), again.error);
}

BOOST_AUTO_TEST_CASE(a_failed_job_is_retried_and_a_successful_one_is_not) {
    auto& familiar = familiar_server();
    const auto good = start(succeeds);
    const auto bad = start(fails);
    BOOST_TEST(familiar.wait_for_job(good).state == "succeeded");
    BOOST_TEST(familiar.wait_for_job(bad).state == "failed");
    check_error(api("POST", "/" + good + "/retry"), 409, "is not started anew");

    const auto given = api("POST", "/" + bad + "/retry");
    BOOST_REQUIRE_MESSAGE(given.status == 202, given.head << given.body);
    const auto fresh = given.field("id");
    BOOST_TEST(given.field("retry_of") == bad);
    BOOST_TEST(familiar.wait_for_job(fresh).state == "failed");
    BOOST_TEST(familiar.job(fresh).retry_of == bad);

    const auto again = command({"retry", "--json", fresh});
    BOOST_TEST(again.code == 0, again.error);
    const auto third = boost::json::parse(again.out).as_object();
    BOOST_TEST(text(third, "retry_of") == fresh);
    familiar.wait_for_job(text(third, "id"));
    const auto refused = command({"retry", good});
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(refused.error.starts_with("familiar: "));
}

BOOST_AUTO_TEST_CASE(the_commands_show_jobs_to_people_and_to_programs) {
    const merge_request about{.path = "elsewhere/a-name-that-does-not-fit-in-a-narrow-terminal",
                              .head = std::string(40, 'b')};
    const auto job = familiar_server().accepted(github("pull_request.opened", about));
    familiar_server().wait_for_state(job, {"refused"});

    const auto table = command({"jobs", "--repository", about.path}, {{"COLUMNS", "70"}});
    BOOST_TEST(table.code == 0, table.error);
    BOOST_TEST(table.out.starts_with("ID          STATE"), table.out);
    BOOST_TEST(contains(table.out, job.substr(0, 10) + "  refused"), table.out);
    BOOST_TEST(contains(table.out, "…"), table.out);
    BOOST_TEST(contains(table.out, "#7"), table.out);
    const auto whole = command({"jobs", "--repository", about.path}, {{"COLUMNS", ""}});  // and no terminal
    BOOST_TEST(contains(whole.out, about.path + "#7"), whole.out);
    BOOST_TEST(contains(whole.out, text(shown(job), "reason")), whole.out);

    const auto json = command({"jobs", "--repository", about.path, "--state", "refused", "--limit", "1", "--json"});
    const auto page = boost::json::parse(json.out).as_object();
    BOOST_TEST(page.at("jobs").as_array().size() == 1u);
    BOOST_TEST(text(page, "next") == job);
    BOOST_TEST(command({"jobs", "--repository", about.path, "--before", job}).out == "no jobs\n");

    const auto lines = command({"show", job});
    BOOST_TEST(lines.code == 0, lines.error);
    BOOST_TEST(contains(lines.out, "id: " + job + "\nstate: refused\nwaiting_for: -\n"), lines.out);
    const auto object = command({"show", "--json", job});
    BOOST_TEST((boost::json::parse(object.out) == boost::json::value(shown(job))));
}

BOOST_AUTO_TEST_CASE(the_commands_say_what_is_wrong) {
    const auto refused = command({"jobs"}, {{"FAMILIAR_TOKEN", "another"}});
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(contains(refused.error, "set FAMILIAR_TOKEN"), refused.error);

    const auto unknown = command({"show", "zzzz"});
    BOOST_TEST(unknown.code == 1);
    BOOST_TEST(unknown.error == "familiar: there is no job zzzz\n");

    const auto nobody = familiar_server().command({"jobs", "--url", "http://127.0.0.1:1"});
    BOOST_TEST(nobody.code == 1);
    BOOST_TEST(contains(nobody.error, "no answer from 127.0.0.1:1"), nobody.error);

    for (const auto& arguments : std::vector<std::vector<std::string>>{{"jobs", "--limit", "501"},
                                                                       {"jobs", "--limit", "0"},
                                                                       {"jobs", "--state", "lost"},
                                                                       {"show"},
                                                                       {"cancel"},
                                                                       {"logs", "--folow", "x"},
                                                                       {"jobs", "--config", "/nowhere.yaml"}})
        BOOST_TEST(command(arguments).code == 2);
    for (const auto* name : {"jobs", "show", "logs", "cancel", "retry"}) {
        const auto help = command({name, "--help"});
        BOOST_TEST(help.code == 0);
        BOOST_TEST(contains(help.out, "FAMILIAR_TOKEN"), help.out);
    }
}

BOOST_AUTO_TEST_SUITE_END()
