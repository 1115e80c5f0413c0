#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "support/unit_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

// What an agent is given and what it is kept from, seen from outside and from inside of its container.
namespace {

using namespace familiar::test;
namespace json = boost::json;

struct desk {
    test_forge forge;
    server familiar{forge,
                    {{"agents.env.DEMO_WAIT_FOR", server::waits_for_go},
                     {"agents.env.DEMO_PLAIN", "visible"},
                     {"agents.pids", "77"},
                     {"shutdown.drain_timeout", "0s"},
                     {"agents.secrets.api_key", "sk-0123456789"},
                     {"triggers.forks", "allow"}}};
    std::string job;
    std::string container;

    void run(const webhook& what) {
        job = familiar.accepted(what);
        familiar.wait_until_waiting(job);
        container = familiar.job(job).container;
    }
    /// Nothing, or what `command` prints, also when it fails.
    std::string says(const std::string& command) const { return in_container(container, command + " 2>&1 || true"); }
    bool can(const std::string& command) const {
        return in_container(container, "if " + command + " >/dev/null 2>&1; then echo yes; fi") == "yes\n";
    }
};

std::string text(const json::value& value) {
    return json::serialize(value);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(isolation, desk)

BOOST_AUTO_TEST_CASE(the_container_is_named_labelled_and_bounded) {
    const auto about = forge.open();
    run(github("pull_request.opened", about));
    BOOST_TEST(container == "familiar-agent-" + job + "-1");
    const auto seen = inspect(container);
    const auto& labels = seen.at("Config").at("Labels");
    BOOST_TEST(text(labels.at("familiar.agent")) == "\"true\"");
    BOOST_TEST("familiar.instance=" + std::string(labels.at("familiar.instance").as_string()) ==
               familiar.instance_label());
    BOOST_TEST(text(labels.at("familiar.job")) == "\"" + job + "\"");
    BOOST_TEST(text(labels.at("familiar.attempt")) == "\"1\"");
    BOOST_TEST(text(labels.at("familiar.timeout")) == "\"2m\"");
    BOOST_TEST(text(labels.at("familiar.repo")) == "\"github/" + about.path + "\"");

    const auto& host = seen.at("HostConfig");
    BOOST_TEST(text(host.at("CapDrop")) == "[\"ALL\"]");
    BOOST_TEST(text(host.at("CapAdd")) == "null");
    BOOST_TEST(text(host.at("SecurityOpt")) == "[\"no-new-privileges\"]");
    BOOST_TEST(text(host.at("Privileged")) == "false");
    BOOST_TEST(text(host.at("Init")) == "true");
    BOOST_TEST(text(host.at("AutoRemove")) == "false");
    BOOST_TEST(text(host.at("PidsLimit")) == "77");
    BOOST_TEST(text(host.at("Memory")) == std::to_string(512 << 20));
    BOOST_TEST(text(host.at("MemorySwap")) == std::to_string(512 << 20));
    BOOST_TEST(text(host.at("NanoCpus")) == "1000000000");
    BOOST_TEST(text(host.at("LogConfig").at("Type")) == "\"json-file\"");
    BOOST_TEST(host.at("LogConfig").at("Config").as_object().contains("max-size"));
    BOOST_TEST(text(host.at("RestartPolicy").at("Name")) == "\"no\"");
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(only_the_workspace_and_the_way_out_can_be_written) {
    run(github("pull_request.opened", forge.open()));
    const auto seen = inspect(container);
    std::string writable;
    for (const auto& mount : seen.at("Mounts").as_array()) {
        BOOST_TEST(text(mount.at("Source")).find("docker.sock") == std::string::npos);
        if (mount.at("RW").as_bool()) writable += std::string(mount.at("Destination").as_string()) + " ";
    }
    BOOST_TEST((writable == "/workspace /familiar/out " || writable == "/familiar/out /workspace "), writable);
    BOOST_TEST(!can("test -e /var/run/docker.sock"));

    BOOST_TEST(can("touch /workspace/x && rm /workspace/x && touch /familiar/out/x && touch ~/x"));
    BOOST_TEST(!can("touch /familiar/x"));
    BOOST_TEST(!can("touch /familiar/objects/x"));
    BOOST_TEST(!can("chmod u+w /familiar/objects"));
    BOOST_TEST(!can("sh -c 'echo x >>/familiar/prompt.md'"));
    BOOST_TEST(!can("rm -rf /familiar/secrets/api_key"));
    BOOST_TEST(!can("touch /x"));
    BOOST_TEST(can("git -C /workspace fsck --connectivity-only"));
    BOOST_TEST(says("cat /workspace/.git/objects/info/alternates") == "/familiar/objects\n");
}

BOOST_AUTO_TEST_CASE(the_agent_is_nobody_special) {
    run(github("pull_request.opened", forge.open()));
    BOOST_TEST(text(inspect(container).at("Config").at("User")).find("\"0") == std::string::npos);
    BOOST_TEST(says("id -u") != "0\n");
    const auto status = says("cat /proc/1/status");
    for (const auto* line :
         {"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"})
        BOOST_TEST(status.find(line) != std::string::npos, line);
    BOOST_TEST(says("pwd") == "/workspace/lib\n");
    BOOST_TEST(says("echo $HOME $DEMO_PLAIN") == "/home/agent visible\n");
    BOOST_TEST(says("git -C /workspace config user.name") == "familiar\n");
    BOOST_TEST(says("stat -c %a /familiar/prompt.md /familiar/event.json /familiar/instructions.md") ==
               "444\n444\n444\n");
}

BOOST_AUTO_TEST_CASE(secrets_are_files_of_its_own_and_stand_nowhere_else) {
    run(github("pull_request.opened", forge.open()));
    const std::string password = git_forge::password;
    BOOST_TEST(says("cat /familiar/secrets/api_key") == "sk-0123456789");
    BOOST_TEST(says("cat /familiar/secrets/git_password") == password);
    BOOST_TEST(says("cd /familiar/secrets && stat -c '%a %n' * */*") ==
               "400 api_key\n700 gh\n400 git_password\n400 git_username\n400 gh/config.yml\n400 gh/hosts.yml\n");

    const auto seen = text(json::value(inspect(container)));
    for (const auto& secret : {password, std::string("sk-0123456789"), std::string(webhook_secret)}) {
        BOOST_TEST(seen.find(secret) == std::string::npos);
        BOOST_TEST(says("cat /proc/1/environ").find(secret) == std::string::npos);
        BOOST_TEST(says("grep -rlF " + secret + " /workspace /familiar/*.* /familiar/out") == "");
        BOOST_TEST(familiar.log().find(secret) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_fork_gets_no_way_to_push) {
    const auto about = forge.open();
    run(github("pull_request.opened.fork", about));
    BOOST_TEST(says("ls /familiar/secrets") == "api_key\n");
    BOOST_TEST(says("git -C /workspace branch --show-current") == "familiar/mr-7\n");
    BOOST_TEST(!can("git -C /workspace push origin HEAD:refs/heads/main"));
    BOOST_TEST(!can("git -C /workspace push"));
    BOOST_TEST(says("grep -rlF " + std::string(git_forge::password) + " /workspace /familiar") == "");
    BOOST_TEST(forge.branch_tip(about) == about.head);
}

BOOST_AUTO_TEST_SUITE_END()
