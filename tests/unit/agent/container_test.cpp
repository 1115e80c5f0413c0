#include "agent/container.hpp"

#include "agent/assignment.hpp"
#include "support/unit_test.hpp"

#include <algorithm>

using namespace familiar;

namespace {

agent::assignment on_github() {
    agent::assignment what;
    what.job = "01m81q2b8ej7hs0zxannv5pr24";
    what.attempt = 2;
    what.kind = event::kind::mr_updated;
    what.created = *core::parse_time("2026-01-31T12:00:00Z");
    what.subject.repo = {event::provider::github, "acme/widgets", "main"};
    what.subject.request.number = 7;
    what.subject.request.source_branch = "spin";
    what.subject.request.target_branch = "main";
    what.subject.request.head_origin = event::origin::same_repository;
    return what;
}

agent::assignment on_gitlab() {
    auto what = on_github();
    what.subject.repo = {event::provider::gitlab, "group/sub/group/tool", "main"};
    return what;
}

git::workspace prepared() {
    git::workspace where;
    where.root = "/cache/jobs/j";
    where.directory = "/cache/jobs/j/workspace";
    where.familiar = "/cache/jobs/j/familiar";
    where.secrets = "/cache/jobs/j/secrets";
    where.out = "/cache/jobs/j/out";
    where.objects = "/cache/mirrors/github/acme/widgets.git/objects";
    where.working_directory = "src/lib";
    return where;
}

const docker::mount& mount_at(const docker::container_spec& spec, std::string_view target) {
    const auto found =
        std::find_if(spec.mounts.begin(), spec.mounts.end(), [&](const auto& m) { return m.target == target; });
    BOOST_REQUIRE(found != spec.mounts.end());
    return *found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_container_of_an_agent)

BOOST_AUTO_TEST_CASE(has_the_name_and_labels_of_the_contract) {
    config::settings settings;
    const auto spec = agent::container(settings, "here", on_github(), prepared(), {1000, 1000}, false);
    BOOST_TEST(spec.name == "familiar-agent-01m81q2b8ej7hs0zxannv5pr24-2");
    const docker::label_map expected{
        {"familiar.agent", "true"}, {"familiar.instance", "here"}, {"familiar.job", "01m81q2b8ej7hs0zxannv5pr24"},
        {"familiar.attempt", "2"},  {"familiar.timeout", "30m"},   {"familiar.repo", "github/acme/widgets"}};
    BOOST_TEST(bool(spec.labels == expected));
}

BOOST_AUTO_TEST_CASE(can_write_its_workspace_and_out_and_nothing_else_of_the_host) {
    config::settings settings;
    settings.agents.auth_dir = "/home/me/.claude";
    const auto spec = agent::container(settings, "here", on_github(), prepared(), {1000, 1000}, false);
    for (const auto& mount : spec.mounts)
        BOOST_TEST(mount.read_only == (mount.target != "/workspace" && mount.target != "/familiar/out"), mount.target);
    BOOST_TEST(mount_at(spec, "/familiar/objects").source == "/cache/mirrors/github/acme/widgets.git/objects");
    BOOST_TEST(mount_at(spec, "/familiar/prompt.md").source == "/cache/jobs/j/familiar/prompt.md");
    BOOST_TEST(mount_at(spec, "/familiar/auth").source == "/home/me/.claude");
    BOOST_TEST(spec.working_directory == "/workspace/src/lib");
}

BOOST_AUTO_TEST_CASE(mounts_what_the_engines_host_sees_where_that_differs) {
    config::settings settings;
    settings.repo_cache.dir = "/cache";
    settings.repo_cache.host_dir = "/srv/familiar/cache";
    const auto spec = agent::container(settings, "here", on_github(), prepared(), {1000, 1000}, false);
    BOOST_TEST(mount_at(spec, "/workspace").source == "/srv/familiar/cache/jobs/j/workspace");
    BOOST_TEST(mount_at(spec, "/familiar/objects").source ==
               "/srv/familiar/cache/mirrors/github/acme/widgets.git/objects");
}

BOOST_AUTO_TEST_CASE(has_a_home_of_its_own_in_memory) {
    const auto spec = agent::container({}, "here", on_github(), prepared(), {1234, 99}, false);
    BOOST_REQUIRE(spec.tmpfs_mounts.size() == 1);
    BOOST_TEST(spec.tmpfs_mounts[0].target == "/home/agent");
    BOOST_TEST(spec.tmpfs_mounts[0].options == "exec,mode=0700,uid=1234,gid=99");
    BOOST_TEST(spec.user == "1234:99");
}

BOOST_AUTO_TEST_CASE(runs_the_images_entrypoint_unless_a_command_is_configured) {
    config::settings settings;
    BOOST_TEST(!agent::container(settings, "here", on_github(), prepared(), {}, false).command);
    settings.agents.command = {"codex", "exec"};
    BOOST_TEST(agent::container(settings, "here", on_github(), prepared(), {}, false).command.value() ==
                   settings.agents.command,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(is_never_root) {
    config::agents_settings agents;
    BOOST_TEST(agent::agent_identity(agents, 0, 0).user == 1000U);
    BOOST_TEST(agent::agent_identity(agents, 0, 0).group == 1000U);
    BOOST_TEST(agent::agent_identity(agents, 1234, 55).user == 1234U);
    BOOST_TEST(agent::agent_identity(agents, 1234, 55).group == 55U);
    agents.user = "2000";
    BOOST_TEST(agent::agent_identity(agents, 0, 0).group == 2000U);
    agents.user = "2000:3000";
    BOOST_TEST(agent::agent_identity(agents, 0, 0).user == 2000U);
    BOOST_TEST(agent::agent_identity(agents, 0, 0).group == 3000U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_assignment)

BOOST_AUTO_TEST_CASE(has_its_log_where_the_contract_says) {
    config::logging_settings logging;
    logging.dir = "/var/log/familiar";
    BOOST_TEST(
        agent::log_path(logging, on_gitlab()) ==
        "/var/log/familiar/gitlab/group/sub/group/tool/7/20260131T120000Z-mr_updated-01m81q2b8ej7hs0zxannv5pr24.log");
}

BOOST_AUTO_TEST_CASE(asks_git_for_the_forges_own_ref_of_the_merge_request) {
    config::settings settings;
    settings.providers.github.token = core::secret("t");
    const auto github = agent::workspace_request(settings, on_github());
    BOOST_TEST(github.head_ref == "refs/pull/7/head");
    BOOST_TEST(github.from.url == "https://github.com/acme/widgets.git");
    BOOST_TEST(github.from.key == "github/acme/widgets");
    BOOST_TEST(github.from.token.reveal() == "t");
    const auto gitlab = agent::workspace_request(settings, on_gitlab());
    BOOST_TEST(gitlab.head_ref == "refs/merge-requests/7/head");
    BOOST_TEST(gitlab.from.url == "https://gitlab.com/group/sub/group/tool.git");
    BOOST_TEST(gitlab.from.username == "oauth2");
}

BOOST_AUTO_TEST_CASE(hands_on_which_head_was_approved_and_whether_its_configuration_is_trusted) {
    auto what = on_github();
    BOOST_TEST(!agent::workspace_request({}, what).trusts_configuration);
    what.trusted_author = true;
    what.approved_head = "0123456789012345678901234567890123456789";
    const auto request = agent::workspace_request({}, what);
    BOOST_TEST(request.trusts_configuration);
    BOOST_TEST(request.approved_head == what.approved_head);
}

BOOST_AUTO_TEST_CASE(may_push_only_to_a_branch_known_to_be_the_repositorys_own) {
    config::settings settings;
    settings.permissions.push_commits = config::action_policy::always;
    auto what = on_github();
    BOOST_TEST(agent::workspace_request(settings, what).may_push);
    what.subject.request.head_origin = event::origin::fork;
    BOOST_TEST(!agent::workspace_request(settings, what).may_push);
    what.subject.request.head_origin = event::origin::unknown;
    BOOST_TEST(!agent::workspace_request(settings, what).may_push);
    what.subject.request.head_origin = event::origin::same_repository;
    settings.permissions.push_commits = config::action_policy::on_request;
    BOOST_TEST(!agent::workspace_request(settings, what).may_push);
    what.wishes = {event::wish{.who = {}, .wanted = {.push_commits = true}, .instructions = {}}};
    BOOST_TEST(agent::workspace_request(settings, what).may_push);
    settings.permissions.push_commits = config::action_policy::never;
    BOOST_TEST(!agent::workspace_request(settings, what).may_push);
}

BOOST_AUTO_TEST_SUITE_END()
