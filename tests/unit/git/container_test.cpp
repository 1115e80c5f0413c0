// A workspace as a container sees it: the job's folders and the mirror's objects at the contract's paths, by bind
// mounts in a mount namespace and a root of its own. (The end-to-end tests do the same with a real engine.)
#include "unit/git/workshop.hpp"

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

namespace {

class container {
public:
    explicit container(const git::workspace& of) {
        for (const char* folder :
             {"usr", "etc", "dev", "proc", "tmp", "workspace", "familiar/objects", "familiar/secrets"})
            fs::create_directories(root_ / folder);
        for (const char* link : {"bin", "lib", "lib64"})
            fs::create_directory_symlink(std::string("usr/") + link, root_ / link);
        const auto bind = [&](const fs::path& from, const std::string& to, const std::string& more = {}) {
            const auto at = "'" + (root_ / to).string() + "'";
            mounts_ += "mount --bind '" + from.string() + "' " + at + more + (more.empty() ? "" : " " + at) + " && ";
        };
        bind("/usr", "usr");
        bind("/etc", "etc");
        bind("/dev", "dev");
        bind(of.directory, "workspace");
        bind(of.secrets, "familiar/secrets");
        bind(of.objects, "familiar/objects", " && mount -o remount,ro,bind");
    }

    /// Runs a script in the workspace.
    bool run(const std::string& script) const {
        write(root_ / "tmp/script", script);
        const std::string unshare = ::getuid() == 0 ? "unshare --mount" : "unshare --user --map-root-user --mount";
        return shell(unshare + " sh -c \"" + mounts_ + "exec chroot '" + root_.path().string() +
                     "' sh -ec 'export HOME=/tmp; cd /workspace; . /tmp/script'\"");
    }

private:
    temporary_directory root_;
    std::string mounts_;
};

/// What an agent that may push finds among its secrets.
void give_credentials(const git::workspace& to) {
    write(to.secrets / "git_username", git_forge::user);
    write(to.secrets / "git_password", git_forge::password);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(in_a_container)

BOOST_AUTO_TEST_CASE(an_agent_commits_and_pushes_to_the_source_branch) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    give_credentials(*made);
    container inside(*made);
    BOOST_REQUIRE(inside.run("true"));
    BOOST_CHECK(inside.run("test -z \"$(git status --porcelain)\""));
    BOOST_CHECK(inside.run("git fsck --connectivity-only"));
    BOOST_CHECK(inside.run("git fetch"));
    BOOST_CHECK(inside.run("echo done >done.txt; git add done.txt; git commit -m 'from the agent'; git push"));
    const auto pushed = w.forge.tip("team/app", "refs/heads/feature");
    BOOST_CHECK_NE(pushed, w.head);
    BOOST_CHECK_EQUAL(w.forge.tip("team/app", "refs/heads/feature^"), w.head);
    BOOST_CHECK(shell("git --git-dir='" + w.forge.repository("team/app").string() +
                      "' log -1 --format='%an <%ae>' feature | grep -qx 'familiar <familiar@localhost>'"));
    BOOST_CHECK(inside.run("git gc --quiet; git fsck --connectivity-only"));
}

BOOST_AUTO_TEST_CASE(the_mirrors_objects_cannot_be_changed) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    container inside(*made);
    BOOST_REQUIRE(inside.run("ls /familiar/objects/pack"));
    BOOST_CHECK(!inside.run("touch /familiar/objects/x"));
    BOOST_CHECK(!inside.run("rm -f /familiar/objects/pack/*.idx"));
}

BOOST_AUTO_TEST_CASE(the_helper_answers_for_this_repository_only) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    give_credentials(*made);
    container inside(*made);
    const auto ask = [&](const std::string& url) {
        return inside.run("export GIT_TERMINAL_PROMPT=0; printf 'url=" + url +
                          "\\n\\n' | git credential fill | grep -qx password=" + git_forge::password);
    };
    BOOST_CHECK(ask(w.forge.url("team/app")));
    BOOST_CHECK(!ask(w.forge.url("team/other")));
    BOOST_CHECK(!ask("http://elsewhere.example/team/app.git"));
}

BOOST_AUTO_TEST_CASE(without_credentials_the_helper_says_nothing) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    container inside(*made);
    BOOST_CHECK(inside.run("export GIT_TERMINAL_PROMPT=0; printf 'url=" + w.forge.url("team/app") +
                           "\\n\\n' | git credential fill 2>&1 | grep -q 'terminal prompts disabled'"));
    BOOST_CHECK(!inside.run("GIT_TERMINAL_PROMPT=0 git push"));
}

BOOST_AUTO_TEST_CASE(a_fork_can_commit_and_cannot_push) {
    workshop w;
    auto request = w.request("job1");
    request.may_push = false;
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    container inside(*made);
    BOOST_CHECK(inside.run("git commit --allow-empty -m 'from the agent'"));
    BOOST_CHECK(!inside.run("git push"));
    BOOST_CHECK(!inside.run("git push origin HEAD:feature"));
    BOOST_CHECK(!inside.run("GIT_TERMINAL_PROMPT=0 git push " + w.forge.url("team/app") + " HEAD:feature"));
    BOOST_CHECK_EQUAL(w.forge.tip("team/app", "refs/heads/feature"), w.head);
}

BOOST_AUTO_TEST_SUITE_END()
