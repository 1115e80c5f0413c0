#include "reading.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(secrets)

struct files {
    /// The path of a new file with the content.
    std::string with(const std::string& content) {
        const auto path = (folder / ("secret-" + std::to_string(++count))).string();
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    familiar::test::temporary_directory folder;
    int count = 0;
};

BOOST_FIXTURE_TEST_CASE(may_come_from_files_without_their_last_newline, files) {
    const std::vector<std::pair<std::string, std::string>> table{{"abc", "abc"},     {"abc\n", "abc"},
                                                                 {"abc\r\n", "abc"}, {"abc\n\n", "abc\n"},
                                                                 {" abc ", " abc "}, {"${X}$$", "${X}$$"}};
    for (const auto& [content, secret] : table) BOOST_TEST_CONTEXT(content) {
            const auto values = good("server: {api_token_file: " + with(content) + "}\n");
            BOOST_TEST(values.server.api_token.reveal() == secret);
        }
}

BOOST_FIXTURE_TEST_CASE(all_have_a_file, files) {
    const auto pem = with("-----BEGIN KEY-----\nx\n-----END KEY-----\n");
    const auto result = parse("providers:\n  github: {token_file: " + with("t1") + ", private_key_file: " + pem +
                                  ", webhook_secret_file: " + with("w1") + "}\n  gitlab: {token_file: " + with("t2") +
                                  ", webhook_secret_file: [" + with("w2") + ", " + with("w3") +
                                  "], signing_token_file: " + with("whsec_aGVsbG8=\n") +
                                  "}\nintent: {api: {api_key_file: " + with("k") +
                                  "}}\nagents: {secrets: {key_file: " + with("s") + ", plain: p}}\n",
                              "f.yaml", {});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    const auto& [github, gitlab] = result->values.providers;
    BOOST_TEST(github.token.reveal() == "t1");
    BOOST_TEST(github.private_key.reveal().starts_with("-----BEGIN"));
    BOOST_TEST(revealed(github.webhook_secret) == std::vector<std::string>{"w1"}, boost::test_tools::per_element());
    BOOST_TEST(gitlab.token.reveal() == "t2");
    BOOST_TEST(revealed(gitlab.webhook_secret) == (std::vector<std::string>{"w2", "w3"}),
               boost::test_tools::per_element());
    BOOST_TEST(revealed(gitlab.signing_token) == std::vector<std::string>{"whsec_aGVsbG8="},
               boost::test_tools::per_element());
    BOOST_TEST(result->values.intent.api.api_key.reveal() == "k");
    BOOST_TEST(result->values.agents.secrets.at("key").reveal() == "s");
    BOOST_TEST(result->values.agents.secrets.at("plain").reveal() == "p");
    BOOST_TEST(result->values.agents.secrets.size() == 2U);
    BOOST_TEST(token(result->values.providers, event::provider::github).reveal() == "t1");
    BOOST_TEST(token(result->values.providers, event::provider::gitlab).reveal() == "t2");
}

BOOST_FIXTURE_TEST_CASE(must_not_stand_beside_their_file, files) {
    const auto file = with("x");
    BOOST_TEST(errors("server: {api_token: a, api_token_file: " + file + "}\n") ==
               "f.yaml:3:24: server.api_token_file: stands beside api_token; only one of them may");
    BOOST_TEST(errors("agents: {secrets: {key: a, key_file: " + file + "}}\n") ==
               "f.yaml:3:28: agents.secrets.key_file: stands beside key; only one of them may");
    BOOST_TEST(errors_of(parse("providers: {github: {webhook_secret: [a], webhook_secret_file: " + file + "}}\n",
                               "f.yaml", {})) ==
               "f.yaml:1:43: providers.github.webhook_secret_file: stands beside webhook_secret; only one of them may");
}

BOOST_FIXTURE_TEST_CASE(may_stand_empty_beside_their_file, files) {
    const auto values = good("server: {api_token: \"${UNSET}\", api_token_file: " + with("x") + "}\n");
    BOOST_TEST(values.server.api_token.reveal() == "x");
}

BOOST_FIXTURE_TEST_CASE(in_files_that_cannot_be_read_are_errors, files) {
    const auto at = [](const std::string& path) { return errors("server: {api_token_file: " + path + "}\n"); };
    const auto missing = (folder / "missing").string();
    BOOST_TEST(at(missing) ==
               "f.yaml:3:26: server.api_token_file: cannot read " + missing + ": No such file or directory");
    BOOST_TEST(at(folder.path().string()) ==
               "f.yaml:3:26: server.api_token_file: cannot read " + folder.path().string() + ": it is a folder");
    const auto empty = with("\n");
    BOOST_TEST(at(empty) == "f.yaml:3:26: server.api_token_file: the file " + empty + " is empty");
    const auto large = with(std::string(64 * 1024 + 1, 'x'));
    BOOST_TEST(at(large) == "f.yaml:3:26: server.api_token_file: cannot read " + large + ": it is larger than 64 KiB");
    BOOST_TEST(errors_of(parse("providers: {github: {webhook_secret_file: " + missing + "}}\n", "f.yaml", {})) ==
               "f.yaml:1:43: providers.github.webhook_secret_file: cannot read " + missing +
                   ": No such file or directory");
}

BOOST_AUTO_TEST_CASE(may_be_lists_for_rotation_without_the_empty_ones) {
    const auto result =
        parse("providers: {github: {webhook_secret: [new, \"${OLD}\", \"${OLDER:-x}\"]}}\n", "f.yaml", {});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(revealed(result->values.providers.github.webhook_secret) == (std::vector<std::string>{"new", "x"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(for_agents_have_proper_file_names) {
    for (const std::string name : {"a/b", ".hidden", "..", "\"\"", "a b", "_file"}) BOOST_TEST_CONTEXT(name) {
            const auto text = errors("agents: {secrets: {" + name + ": x}}\n");
            BOOST_TEST((name == "_file" ? text == "no error" : contains(text, "is no file name for a secret")), text);
        }
    BOOST_TEST(contains(errors("agents: {secrets: {../x_file: y}}\n"), "is no file name for a secret"));
    BOOST_TEST(contains(errors("agents: {secrets: {git_password: x}}\n"), "is a name of git's credential helper"));
    for (const auto* folder : {"gh", "glab"})
        BOOST_TEST(
            contains(errors("agents: {secrets: {" + std::string(folder) + ": x}}\n"), "is the name of a folder"));
    BOOST_TEST(
        contains(errors("agents: {secrets: {a: [b]}}\n"), "agents.secrets.a: must be a single value, not a list"));
}

BOOST_AUTO_TEST_CASE(for_agents_that_are_empty_make_no_file_and_a_warning) {
    const auto result = read("agents: {secrets: {key: \"${KEY}\"}}\n");
    BOOST_TEST_REQUIRE(result.has_value());
    BOOST_TEST(result->values.agents.secrets.empty());
    BOOST_TEST(
        warnings_of(result) ==
        "f.yaml:3:20: agents.secrets.key: is empty (the environment variable KEY is not set); agents get no such file");
}

BOOST_AUTO_TEST_CASE(never_show_in_an_error) {
    const environment variables{{"S", "hunter2"}};
    for (const std::string text :
         {"server: {api_token: [\"${S}\"]}\n", "providers: {gitlab: {signing_token: hunter2}}\n",
          "providers: {github: {webhook_secret: a, private_key: hunter2}}\n",
          "providers: {github: {webhook_secret: a, git_url: \"https://u:hunter2@host\"}}\n",
          "providers: {github: {webhook_secret: a, api_url: \"ssh://hunter2:${S}@host\"}}\n",
          "agents: {secrets: {a b: hunter2}}\n"})
        BOOST_TEST_CONTEXT(text) {
            const auto result = parse(text, "f.yaml", variables);
            BOOST_TEST(!result.has_value());
            BOOST_TEST(!contains(errors_of(result), "hunter2"), errors_of(result));
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
