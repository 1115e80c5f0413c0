#include "core/secret.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/app_key.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include <future>

// An agent that prints every secret it can lay its hands on, in every form; and what is to be seen of one that does
// not.
namespace {

using namespace familiar;
using namespace familiar::test;
using namespace std::string_literals;

constexpr auto api_token = "only-operators/know+this";
constexpr auto api_key = "sk-e2e/0123+456789=abcdefghijkl";
constexpr auto variable = "a-token-in-the-environment";
/// A private key, more or less: three lines of 64 characters, in base 64 a good deal more.
const std::string key_line = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj";
const std::string deploy_key = "-----BEGIN PRIVATE KEY-----\n" + key_line + "\n" +
                               std::string(key_line.rbegin(), key_line.rend()) +
                               "\nend+of/the+key\n-----END PRIVATE KEY-----\n";

/// Says what it is about before each secret, so that what is left of the log can be told.
constexpr auto script = R"sh(cd /familiar/secrets
key=$(cat api_key)
printf '\033[31mfirst\033[0m \000 line\n'
echo "raw: <$key> <$key>"
echo "stderr: <$key>" >&2; sleep 0.2
printf 'url: <%s>\n' "$(printf %s "$key" | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')"
printf 'base64: <%s>\n' "$(printf %s "$key" | base64 -w0)"
printf 'basic: <%s>\n' "$(printf 'x-access-token:%s' "$(cat git_password)" | base64 -w0)"
printf 'json: {"key":"%s"}\n' "$(sed ':a; N; $!ba; s/\n/\\n/g' deploy_key)\\n"
echo "env: <$SERVICE_TOKEN>"
echo "password: <$(cat git_password)>"
cat /workspace/leaked.txt
cat deploy_key
echo 'wrapped:'; base64 deploy_key
echo 'at 64:'; base64 -w64 deploy_key
echo 'long line:'; head -c 16370 /dev/zero | tr '\0' x; echo "$key"
i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); done
echo 'the prompt:'
until [ -e /familiar/out/go ]; do sleep 0.05; done
printf 'in halves: <%s' "${key%??????????????}"
sleep 0.3
echo "${key#?????????????????}>"
echo "last line"
printf '{"outcome":"failure","reason":"it was %s"}' "$key" >/familiar/out/result.json
)sh";

const std::vector<std::string>& forbidden() {
    static const std::vector<std::string> texts = [] {
        std::vector<std::string> all{api_token, api_key, variable, webhook_secret, git_forge::password, key_line,
                                     std::string(key_line.rbegin(), key_line.rend()),
                                     "sk-e2e%2F0123%2B456789%3Dabcdefghijkl",
                                     // Halves of it.
                                     "sk-e2e/0123+45", "89=abcdefghijkl"};
        const auto of_key = core::to_base64(api_key);
        const auto of_credential = core::to_base64(std::string("x-access-token:") + git_forge::password);
        const auto of_deploy_key = core::to_base64(deploy_key);
        all.push_back(of_key.substr(0, of_key.size() - 4));
        all.push_back(of_credential.substr(20, 16));
        // Whatever part of a wrapped line stays behind.
        for (std::size_t at = 0; at + 24 < of_deploy_key.size(); at += 8) all.push_back(of_deploy_key.substr(at, 16));
        return all;
    }();
    return texts;
}

void check_clean(const std::string& what, const std::string& text) {
    for (const auto& secret : forbidden())
        BOOST_TEST(text.find(secret) == std::string::npos, what << " shows " << secret);
}

/// What the log must be, but for where standard error comes in.
void check_whole(const std::string& what, const std::string& text) {
    std::string counted;
    for (int line = 0; line < 3000; ++line) counted += "line " + std::to_string(line) + "\n";
    for (const auto& part :
         {std::string("raw: <***> <***>\n"), std::string("stderr: <***>\n"), std::string("url: <***>\n"),
          std::string("base64: <***"), std::string("basic: <eC1hY2Nlc3MtdG9rZW46"),
          std::string("json: {\"key\":\"***\"}\n"), std::string("env: <***>\n"), std::string("password: <***>\n"),
          std::string("leaked: <***> <***>\n***"), std::string("wrapped:\n***"), std::string("at 64:\n***"),
          "long line:\n" + std::string(16370, 'x') + "***\n" + counted})
        BOOST_TEST(text.find(part) != std::string::npos, what << " lacks " << part.substr(0, 40));
}

/// The lines of a log that came as events.
std::string lines_of(const std::string& events) {
    std::string lines;
    for (std::size_t at = 0; (at = events.find("data: ", at)) != std::string::npos;) {
        const auto end = std::min(events.find("\n\n", at), events.size());
        lines += events.substr(at + 6, end - at - 6) + "\n";
        at = end;
    }
    return lines;
}

/// What a chunked answer says.
std::string body_of(const std::string& answered) {
    std::string body;
    for (auto at = answered.find("\r\n\r\n") + 4; at < answered.size();) {
        const auto size = std::stoul(answered.substr(at), nullptr, 16);
        const auto begin = answered.find("\r\n", at) + 2;
        if (size == 0) break;
        body += answered.substr(begin, size);
        at = begin + size + 2;
    }
    return body;
}

struct arrangement {
    test_forge forge;
    server familiar{forge,
                    {{"server.api_token", yaml_text(api_token)},
                     {"logging.level", "debug"},
                     {"agents.command", R"(["sh", "/workspace/act.sh"])"},
                     {"agents.env.SERVICE_TOKEN", variable},
                     {"agents.secrets.api_key", yaml_text(api_key)},
                     {"agents.secrets.deploy_key", yaml_text(deploy_key)}}};
    std::string leaked = std::string("leaked: <") + api_token + "> <" + webhook_secret + ">\n";

    std::string get_log(const std::string& job, const char* as) const {
        connection peer(familiar.port());
        peer.send(request_text("GET", "/api/jobs/" + job + "/log",
                               {{"Authorization", std::string("Bearer ") + api_token}, {"Accept", as}}, {}));
        return body_of(peer.receive_all());
    }
};

/// A server with everything secret that a configuration can hold: an App at GitHub, a token at GitLab.
struct two_forges {
    two_forges() {
        forge.api.install({.public_key = app_key::rsa().public_pem,
                           .repositories = {at_github.path},
                           .tokens = std::vector<std::string>(20, git_forge::password)});
        familiar.configured().unset("providers.github.token");
        familiar.start();
    }

    static constexpr auto gitlab_secret = "gitlab-tells-nobody";
    static constexpr auto intent_key = "sk-ant-e2e-0123456789";
    whole_forge forge;
    merge_request at_github = forge.open();
    merge_request at_gitlab = forge.open();
    server familiar{server::not_started{}, forge,
                    forge.configured({{"server.api_token", yaml_text(api_token)},
                                      {"logging.level", "debug"},
                                      {"permissions.push_commits", "always"},
                                      {"agents.env.DEMO_WAIT_FOR", server::waits_for_go},
                                      {"agents.secrets.api_key", yaml_text(api_key)},
                                      {"agents.secrets.deploy_key", yaml_text(deploy_key)},
                                      {"intent.api.model", "a-model"},
                                      {"intent.api.api_key", intent_key},
                                      {"providers.gitlab.webhook_secret", yaml_text(gitlab_secret)},
                                      {"providers.github.auth_method", "app"},
                                      {"providers.github.app_id", "'4711'"},
                                      {"providers.github.private_key", yaml_text(app_key::rsa().private_pem)}})};

    std::vector<std::string> all_secrets() const {
        auto all = forbidden();
        std::istringstream lines(app_key::rsa().private_pem);
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("-----")) all.push_back(line);
        all.insert(all.end(), {gitlab_secret, intent_key, core::to_base64(std::string("oauth2:") + git_forge::password),
                               "eyJhbGciOiJSUzI1NiI"});  // how every JWT of an App begins
        return all;
    }

    void check_nothing(const std::string& what, const std::string& text) const {
        BOOST_TEST(!text.empty(), what);
        for (const auto& secret : all_secrets())
            BOOST_TEST(text.find(secret) == std::string::npos, what << " shows " << secret);
    }

    /// All that an agent's container shows: to those who ask the engine, and to every process in it.
    void check_container(const std::string& name) const {
        check_nothing("docker inspect", boost::json::serialize(inspect(name)));
        const auto seen = in_container(
            name, "for process in /proc/[0-9]*; do cat $process/cmdline $process/environ 2>/dev/null; echo; done");
        BOOST_TEST(seen.find("demo-agent") != std::string::npos);
        BOOST_TEST(seen.find("HOME=/home/agent") != std::string::npos);
        check_nothing("a process in the container", seen);
        check_nothing("the engine's log", docker({"logs", name}));
    }

    /// Every file in the folder but for the secrets themselves.
    void check_files(const std::filesystem::path& in) const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(in)) {
            const auto path = entry.path().string();
            if (!entry.is_regular_file() || path.find("/secrets/") != path.npos || entry.file_size() == 0) continue;
            check_nothing(path, read_file(path));
            ++count;
        }
        BOOST_TEST(count > 3U, in.string());
    }
};

/// The command lines of all processes of this machine.
std::string all_command_lines() {
    std::string lines;
    for (const auto& [id, argv] : running_processes()) lines += argv + "\n";
    return lines;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(secrets, arrangement)

BOOST_AUTO_TEST_CASE(no_secret_of_an_agent_that_prints_them_all_is_shown_anywhere) {
    const auto job =
        familiar.accepted(github("pull_request.opened", forge.open({{"act.sh", script}, {"leaked.txt", leaked}})));
    familiar.wait_until_waiting(job);

    // Those who watch while it runs, by events and by the command.
    auto events = std::async(std::launch::async, [&] { return lines_of(get_log(job, "text/event-stream")); });
    auto command = std::async(
        std::launch::async, [&] { return familiar.command({"logs", "-f", job}, {{"FAMILIAR_URL", familiar.url()}}); });
    const auto so_far = get_log(job, "text/plain");
    familiar.let_go(job);
    const auto row = familiar.wait_for_job(job);
    const auto followed = events.get();
    const auto printed = command.get();
    const auto kept = read_file(row.log);
    BOOST_TEST(printed.code == 0, printed.error);

    const std::vector<std::pair<std::string, std::string>> logs{
        {"the log so far", so_far},
        {"the events", followed},
        {"`familiar logs -f`", printed.out},
        {"the kept log", kept},
        {"the log by the API", get_log(job, "text/plain")},
        {"`familiar logs`", familiar.command({"logs", job}, {{"FAMILIAR_URL", familiar.url()}}).out}};
    for (const auto& [what, text] : logs) {
        check_clean(what, text);
        check_whole(what, text);
        if (what != "the log so far") {
            BOOST_TEST(text.find("in halves: <***>\nlast line\n") != std::string::npos, what);
        }
    }
    // What the agent printed otherwise is kept byte by byte.
    BOOST_TEST(kept.find("\x1b[31mfirst\x1b[0m \0 line\n"s) != std::string::npos);

    BOOST_TEST(row.reason.find("it was ***") != std::string::npos, row.reason);
    const auto shown = familiar.command({"show", "--json", job}, {{"FAMILIAR_URL", familiar.url()}});
    BOOST_TEST(shown.code == 0, shown.error);
    check_clean("the job", shown.out);
    check_clean("the server's log", familiar.log());
}

BOOST_FIXTURE_TEST_CASE(nothing_that_a_container_a_repository_or_a_log_exposes_has_a_secret_in_it, two_forges) {
    std::vector<std::pair<std::string, merge_request>> jobs;
    for (const auto& [at, about] : {std::pair("github", at_github), std::pair("gitlab", at_gitlab)}) {
        const auto what = forge.opened(at, about);
        auto header = signed_header(what);
        if (what.forge == "gitlab")
            for (auto& [name, value] : header)
                if (value == webhook_secret) value = gitlab_secret;
        const auto answered = familiar.post(what, header);
        BOOST_REQUIRE_MESSAGE(answered.status == 202, answered.head << answered.body);
        jobs.emplace_back(answered.field("job"), about);
    }
    for (const auto& [job, about] : jobs) {
        familiar.wait_until_waiting(job);
        const auto container = familiar.job(job).container;
        // It has them all the same, where they belong.
        const auto tool = job == jobs.front().first ? "gh/hosts.yml" : "glab/config.yml";
        for (const auto& file : {std::string("git_password"), std::string(tool)})
            BOOST_TEST(in_container(container, "cat /familiar/secrets/" + file).find(git_forge::password) !=
                       std::string::npos);
        check_container(container);
        check_files(familiar.workspace(job));
    }
    check_nothing("a command line", all_command_lines());
    check_files(familiar.cache() / "mirrors");

    for (const auto& [job, about] : jobs) {
        familiar.let_go(job);
        const auto row = familiar.wait_for_job(job);
        BOOST_TEST(row.state == "succeeded", row.reason);
        BOOST_TEST(forge.branch_tip(about) != about.head);
        check_nothing("the kept log", read_file(row.log));
    }
    check_nothing("the server's log", familiar.log());
    check_files(familiar.cache() / "mirrors");
    check_nothing("the journal", read_file(familiar.database()) + read_file(familiar.database().string() + "-wal"));
}

BOOST_AUTO_TEST_CASE(every_record_of_a_job_says_which_job_delivery_and_repository_it_is_about) {
    const auto about = forge.open({{"act.sh", "echo 'well done'\n"}});
    const auto opened = github("pull_request.opened", about);
    const auto job = familiar.accepted(opened);
    familiar.wait_for_job(job);
    const std::vector<std::string> all{"job=" + job, "delivery=" + opened.delivery, "repository=github/" + about.path,
                                       "number=" + std::to_string(about.number)};
    for (const auto& record : std::vector<std::vector<std::string>>{
             {"level=info msg=\"webhook accepted\"", "event=pull_request", "kind=mr_opened"},
             {"level=info msg=\"agent started\"", "attempt=1"},
             {"level=info msg=\"agent ended\"", "outcome=succeeded"}}) {
        auto texts = all;
        texts.insert(texts.end(), record.begin(), record.end());
        BOOST_TEST(familiar.has_logged(texts), record.front());
    }
}

BOOST_AUTO_TEST_CASE(a_log_beyond_its_bound_is_cut_without_showing_half_a_secret) {
    familiar.end();
    familiar.configured().set("logging.max_log", "64KiB");
    familiar.start();
    const auto job = familiar.accepted(
        github("pull_request.opened",
               forge.open({{"act.sh",
                            "key=$(cat /familiar/secrets/api_key)\n"
                            "words=$(head -c 150 /dev/zero | tr '\\0' w)\n"
                            "i=0; while [ $i -lt 4000 ]; do echo \"$key $i $words $key\"; i=$((i + 1)); done\n"}})));
    const auto kept = read_file(familiar.wait_for_job(job).log);
    check_clean("the kept log", kept);
    BOOST_TEST(kept.size() <= 64u * 1024 + 100);
    BOOST_TEST(kept.size() >= 63u * 1024);
    BOOST_TEST(kept.starts_with("[the first "));
    const auto first = kept.find('\n') + 1;
    BOOST_TEST(kept.substr(first, 4) == "*** ");
    BOOST_TEST(kept.ends_with("*** 3999 " + std::string(150, 'w') + " ***\n"));
}

BOOST_AUTO_TEST_SUITE_END()
