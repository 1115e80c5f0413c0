#include "agent/credentials.hpp"

#include "agent/files.hpp"
#include "support/site.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;
using event::origin;
namespace fs = std::filesystem;

namespace {

const provider::credential credential{"x-access-token", core::secret("t0ken-\"quoted\""), {}};

config::providers_settings at(const std::string& github, const std::string& gitlab) {
    config::providers_settings providers;
    providers.github.git_url = github;
    providers.gitlab.base_url = providers.gitlab.git_url = gitlab;
    return providers;
}

std::string text_in(const std::vector<agent::credential_file>& files, const fs::path& name) {
    const auto found = std::ranges::find(files, name, &agent::credential_file::name);
    return found == files.end() ? "no such file" : found->text.reveal();
}

struct stat state_of(const fs::path& file) {
    struct stat state{};
    BOOST_REQUIRE(::lstat(file.c_str(), &state) == 0);
    return state;
}

/// What `command` prints where the folder is mounted read-only, as in an agent's container.
std::string say_read_only(const fs::path& folder, const std::string& command) {
    const auto out = folder.string() + ".said";
    const auto at = "'" + folder.string() + "'";
    const std::string unshare = ::getuid() == 0 ? "unshare --mount" : "unshare --user --map-root-user --mount";
    const auto script = unshare + " sh -c \"mount --bind " + at + " " + at + " && mount -o remount,ro,bind " + at +
                        " " + at + " && cd / && exec env -i PATH=/usr/bin:/bin HOME='" + folder.string() + ".home' " +
                        command + "\" >'" + out + "' 2>&1 </dev/null";
    const int status = std::system(script.c_str());
    return text_of(out) + (status == 0 ? "" : "failed\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(go_as_far_as_what_the_agent_may_do) {
    struct row {
        event::actions may;
        origin from;
        bool narrows;
        std::optional<provider::access> expected;
    };
    const event::actions nothing;
    const event::actions push{.push_commits = true};
    const event::actions merge{.merge = true};
    const event::actions approve{.approve = true};
    const event::actions dismiss{.dismiss_reviews = true};
    for (const auto& [may, from, narrows, expected] : std::vector<row>{
             {push, origin::same_repository, true, provider::access::write},
             {merge, origin::same_repository, true, provider::access::write},
             {approve, origin::same_repository, true, provider::access::write},
             {dismiss, origin::same_repository, true, provider::access::write},
             {nothing, origin::same_repository, true, provider::access::read},
             {push, origin::same_repository, false, provider::access::write},
             {merge, origin::same_repository, false, provider::access::write},
             {nothing, origin::same_repository, false, {}},
             {merge, origin::fork, true, provider::access::read},
             {merge, origin::fork, false, {}},
             {merge, origin::unknown, true, provider::access::read},
             {merge, origin::unknown, false, {}},
         })
        BOOST_TEST(bool(agent::credential_access(may, from, narrows) == expected));
}

BOOST_AUTO_TEST_CASE(are_the_configured_token_with_the_forges_user_name) {
    config::providers_settings providers;
    providers.github.token = core::secret("a");
    providers.gitlab.token = core::secret("b");
    const auto github = agent::configured_credential(providers, event::provider::github);
    BOOST_TEST(github.username == "x-access-token");
    BOOST_TEST(github.token.reveal() == "a");
    BOOST_TEST(!github.expires);
    const auto gitlab = agent::configured_credential(providers, event::provider::gitlab);
    BOOST_TEST(gitlab.username == "oauth2");
    BOOST_TEST(gitlab.token.reveal() == "b");
}

BOOST_AUTO_TEST_CASE(are_files_for_git_and_the_forges_own_tool) {
    const auto providers = at("https://ghe.example.com:8443", "http://forge.example:8080/gitlab");
    const auto github = agent::credential_files(providers, event::provider::github, credential);
    BOOST_REQUIRE(github.size() == 4U);
    BOOST_TEST(text_in(github, "git_username") == "x-access-token");
    BOOST_TEST(text_in(github, "git_password") == credential.token.reveal());
    BOOST_TEST(text_in(github, "gh/config.yml").starts_with("version: \"1\"\n"));
    BOOST_TEST(text_in(github, "gh/hosts.yml").starts_with("\"ghe.example.com\":\n"));
    for (const auto& file : github) BOOST_TEST(file.mode == 0400U);

    const auto gitlab = agent::credential_files(providers, event::provider::gitlab, credential);
    BOOST_REQUIRE(gitlab.size() == 3U);
    BOOST_TEST(gitlab.back().mode == 0600U);
    BOOST_TEST(text_in(gitlab, "glab/config.yml") ==
               "host: \"forge.example\"\ngit_protocol: https\ncheck_update: false\nhosts:\n    \"forge.example\":\n"
               "        token: \"t0ken-\\\"quoted\\\"\"\n        api_host: \"forge.example:8080\"\n"
               "        api_protocol: \"http\"\n        git_protocol: https\n");
}

BOOST_AUTO_TEST_CASE(of_a_forge_that_is_a_folder_are_for_git_alone) {
    const auto providers = at("file:///srv/git", "file:///srv/git");
    for (const auto forge : {event::provider::github, event::provider::gitlab}) {
        BOOST_TEST(agent::credential_files(providers, forge, credential).size() == 2U);
        BOOST_TEST(agent::forge_tool_variables(providers, forge).empty());
    }
}

BOOST_AUTO_TEST_CASE(are_found_by_variables_that_name_folders_and_hosts_only) {
    const auto said = [](const config::providers_settings& providers, event::provider forge) {
        std::string text;
        for (const auto& [name, value] : agent::forge_tool_variables(providers, forge))
            text += name + "=" + value + " ";
        return text;
    };
    BOOST_TEST(said({}, event::provider::github) == "GH_CONFIG_DIR=/familiar/secrets/gh ");
    BOOST_TEST(said({}, event::provider::gitlab) == "GLAB_CONFIG_DIR=/familiar/secrets/glab ");
    BOOST_TEST(said(at("https://ghe.example.com:8443", ""), event::provider::github) ==
               "GH_CONFIG_DIR=/familiar/secrets/gh GH_HOST=ghe.example.com ");
    BOOST_TEST(said(at("https://[2001:db8::1]", ""), event::provider::github) ==
               "GH_CONFIG_DIR=/familiar/secrets/gh GH_HOST=[2001:db8::1] ");
}

BOOST_AUTO_TEST_CASE(are_written_for_their_owner_alone) {
    const temporary_directory folder;
    const auto files = agent::credential_files({}, event::provider::gitlab, credential);
    BOOST_REQUIRE(agent::put_credentials(folder.path(), files));
    BOOST_TEST((state_of(folder / "git_password").st_mode & 07777) == 0400U);
    BOOST_TEST((state_of(folder / "glab/config.yml").st_mode & 07777) == 0600U);
    BOOST_TEST((state_of(folder / "glab").st_mode & 07777) == 0700U);
}

BOOST_AUTO_TEST_CASE(are_replaced_as_a_whole_and_keep_their_owner) {
    const temporary_directory folder;
    const auto files = agent::credential_files({}, event::provider::github, credential);
    BOOST_REQUIRE(agent::put_credentials(folder.path(), files));
    if (::getuid() == 0) {
        BOOST_REQUIRE(::chown((folder / "gh/hosts.yml").c_str(), 1000, 1000) == 0);
        BOOST_REQUIRE(::chown(folder.path().c_str(), 1000, 1000) == 0);
    }
    const int reader = ::open((folder / "gh/hosts.yml").c_str(), O_RDONLY | O_CLOEXEC);
    const auto before = state_of(folder / "gh/hosts.yml");
    // What a process that was killed has left behind.
    std::ofstream(folder / ".git_password.new") << "half";

    auto next = credential;
    next.token = core::secret("another");
    BOOST_REQUIRE(agent::put_credentials(folder.path(), agent::credential_files({}, event::provider::github, next)));
    const auto after = state_of(folder / "gh/hosts.yml");
    BOOST_TEST(after.st_ino != before.st_ino);
    BOOST_TEST(after.st_uid == before.st_uid);
    BOOST_TEST((after.st_mode & 07777) == 0400U);
    BOOST_TEST(text_of(folder / "gh/hosts.yml").find("another") != std::string::npos);
    BOOST_TEST(text_of(folder / "git_password") == "another");
    std::string old(static_cast<std::size_t>(before.st_size) + 1, '\0');
    BOOST_TEST(::read(reader, old.data(), old.size()) == before.st_size);
    ::close(reader);
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    const std::vector<std::string> expected{"config.yml", "gh", "git_password", "git_username", "hosts.yml"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_written_are_an_error_with_the_file) {
    const temporary_directory folder;
    const auto put =
        agent::put_credentials(folder / "absent", agent::credential_files({}, event::provider::github, credential));
    BOOST_REQUIRE(!put);
    BOOST_TEST(put.error().message.find("absent") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_a_forge_that_renews_them_are_noted_beside_the_prompt) {
    const temporary_directory folder;
    BOOST_TEST(!agent::noted_access(folder.path()));
    BOOST_REQUIRE(agent::note_access(folder.path(), provider::access::write));
    BOOST_TEST(bool(agent::noted_access(folder.path()) == provider::access::write));
    const temporary_directory other;
    BOOST_REQUIRE(agent::note_access(other.path(), provider::access::read));
    BOOST_TEST(bool(agent::noted_access(other.path()) == provider::access::read));
}

BOOST_AUTO_TEST_CASE(are_read_by_gh_from_a_folder_that_it_cannot_write) {
    const temporary_directory folder;
    const auto secrets = folder / "secrets";
    fs::create_directory(secrets);
    const auto enterprise = at("https://ghe.example.com", "");
    BOOST_REQUIRE(
        agent::put_credentials(secrets, agent::credential_files(enterprise, event::provider::github, credential)));
    const auto gh = "GH_CONFIG_DIR='" + (secrets / "gh").string() + "' GH_HOST=ghe.example.com gh ";
    BOOST_TEST(say_read_only(secrets, gh + "auth token --hostname ghe.example.com") ==
               credential.token.reveal() + "\n");
    BOOST_TEST(say_read_only(secrets, gh + "config get git_protocol --host ghe.example.com") == "https\n");
    BOOST_TEST(say_read_only(secrets, gh + "config get prompt") == "disabled\n");

    fs::remove_all(secrets);
    fs::create_directory(secrets);
    BOOST_REQUIRE(agent::put_credentials(secrets, agent::credential_files({}, event::provider::github, credential)));
    BOOST_TEST(say_read_only(secrets, "GH_CONFIG_DIR='" + (secrets / "gh").string() + "' gh auth token") ==
               credential.token.reveal() + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
