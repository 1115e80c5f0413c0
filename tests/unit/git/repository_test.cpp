#include "git/repository.hpp"

#include "git/history.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

using namespace familiar;

namespace {

/// What git itself reads from a configuration text.
std::string value_of(const std::string& config, const std::string& key) {
    test::temporary_directory folder;
    std::ofstream(folder / "config") << config;
    const auto command = "git config --file '" + (folder / "config").string() + "' --get-all '" + key + "'";
    FILE* const pipe = ::popen(command.c_str(), "re");
    std::array<char, 4096> piece{};
    std::string out(piece.data(), std::fread(piece.data(), 1, piece.size(), pipe));
    ::pclose(pipe);
    return out;
}

git::settings chosen() {
    git::settings out;
    out.author_name = R"(A "quoted" \ name)";
    out.author_email = "a@b";
    return out;
}

const git::remote origin{"github/a/b", "https://forge.example/a/b.git", "bot", core::secret("t0ken"), {}};

}  // namespace

BOOST_AUTO_TEST_SUITE(workspace_repository)

BOOST_AUTO_TEST_CASE(git_reads_what_the_configuration_means) {
    const auto config = git::workspace_config(origin, chosen(), "feature/\"x\"", true);
    BOOST_CHECK_EQUAL(value_of(config, "remote.origin.url"), "https://forge.example/a/b.git\n");
    BOOST_CHECK_EQUAL(value_of(config, "remote.origin.pushurl"), "");
    BOOST_CHECK_EQUAL(value_of(config, "branch.feature/\"x\".merge"), "refs/heads/feature/\"x\"\n");
    BOOST_CHECK_EQUAL(value_of(config, "user.name"), "A \"quoted\" \\ name\n");
    const auto helpers = value_of(config, "credential.https://forge.example/a/b.git.helper");
    BOOST_CHECK(helpers.starts_with("\n!f() {"));
    BOOST_CHECK(helpers.find("/familiar/secrets/git_password") != std::string::npos);
    BOOST_CHECK(config.find("t0ken") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_push_there_is_no_way_to_push) {
    const auto config = git::workspace_config(origin, chosen(), "familiar/mr-7", false);
    BOOST_CHECK(value_of(config, "remote.origin.pushurl").starts_with("/push is disabled"));
    BOOST_CHECK_EQUAL(value_of(config, "branch.familiar/mr-7.merge"), "");
    BOOST_CHECK(config.find("t0ken") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_ref_is_found_in_a_listing_by_its_whole_name) {
    const std::string refs = "11 refs/heads/a/main\n22 refs/heads/main\n33 refs/heads/main2\n44 refs/tags/main\n";
    const std::pair<const char*, const char*> rows[] = {
        {"refs/heads/a/main", "11"}, {"refs/heads/main", "22"}, {"refs/heads/main2", "33"}, {"refs/tags/main", "44"},
        {"refs/heads/mai", ""},      {"refs/heads/", ""},       {"heads/main", ""},         {"", ""},
    };
    for (const auto& [name, object] : rows) BOOST_TEST_CONTEXT(name) BOOST_TEST(git::object_of(refs, name) == object);
    BOOST_TEST(git::object_of("", "refs/heads/main").empty());
}

BOOST_AUTO_TEST_CASE(the_mirrors_branches_become_those_of_origin) {
    BOOST_CHECK_EQUAL(git::workspace_refs("11 refs/heads/a/b\n22 refs/heads/main\n33 refs/tags/v1\n", "feature", "44"),
                      "# pack-refs with: sorted \n44 refs/heads/feature\n11 refs/remotes/origin/a/b\n"
                      "22 refs/remotes/origin/main\n33 refs/tags/v1\n");
    BOOST_CHECK_EQUAL(git::workspace_refs("", "x", "44"), "# pack-refs with: sorted \n44 refs/heads/x\n");
}

BOOST_AUTO_TEST_SUITE_END()
