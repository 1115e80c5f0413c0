#include "config/env_file.hpp"

#include "support/unit_test.hpp"

namespace familiar::config {

BOOST_AUTO_TEST_SUITE(env_files)

BOOST_AUTO_TEST_CASE(have_values_bare_and_in_quotes) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"A=b", "b"},
        {"A=", ""},
        {"export A=b", "b"},
        {"  export\tA=b", "b"},
        {"A= b ", "b"},
        {"A=b c", "b c"},
        {"A=b # comment", "b"},
        {"A=b#c", "b#c"},
        {"A=# comment", ""},
        {"A=b=c==", "b=c=="},
        {"A='b # $c \\n'", "b # $c \\n"},
        {"A='b' # comment", "b"},
        {"A=''", ""},
        {R"(A="b # c")", "b # c"},
        {R"(A="b\nc\t\"d\" \\ \$e \q")", "b\nc\t\"d\" \\ $e \\q"},
        {R"(A="${B}")", "${B}"},
        {R"(A=it's)", "it's"},
        {"A=b\r", "b"},
        {"\xef\xbb\xbf"
         "A=b",
         "b"},
        {"A=first\nA=last", "last"},
    };
    for (const auto& [text, value] : table) BOOST_TEST_CONTEXT(text) {
            const auto file = parse_env_file(text, "env");
            BOOST_TEST(to_text(file.errors) == "");
            BOOST_TEST_REQUIRE(file.variables.contains("A"));
            BOOST_TEST(file.variables.at("A") == value);
        }
}

BOOST_AUTO_TEST_CASE(may_be_empty_and_have_comments_between_lines) {
    BOOST_TEST(parse_env_file("", "env").variables.empty());
    const auto file = parse_env_file("\n# one\n  # two\n\nA=1\n\t\nB_2=2\n", "env");
    BOOST_TEST(file.errors.empty());
    BOOST_TEST(file.variables.size() == 2U);
    BOOST_TEST(file.variables.at("B_2") == "2");
}

BOOST_AUTO_TEST_CASE(tell_the_line_of_every_mistake) {
    const auto file =
        parse_env_file("A=1\nnonsense\n  B = 2\n1C=3\nD='open\nE=\"open\\\"\nF=\"x\"y\nG='x'#y\n=5\n", "dir/.env");
    BOOST_TEST(to_text(file.errors) ==
               "dir/.env:2:1: must be NAME=value, with no blank before the equals sign\n"
               "dir/.env:3:3: must be NAME=value, with no blank before the equals sign\n"
               "dir/.env:4:1: must be NAME=value, with no blank before the equals sign\n"
               "dir/.env:5:3: the quote is not closed in this line\n"
               "dir/.env:6:3: the quote is not closed in this line\n"
               "dir/.env:7:6: text after the closing quote; a comment needs a blank before its #\n"
               "dir/.env:8:6: text after the closing quote; a comment needs a blank before its #\n"
               "dir/.env:9:1: must be NAME=value, with no blank before the equals sign");
}

BOOST_AUTO_TEST_CASE(never_show_a_value_in_an_error) {
    const auto file = parse_env_file("A='hunter2\nB=\"hunter2\" hunter2\nhunter2\n", "env");
    BOOST_TEST(file.errors.size() == 3U);
    BOOST_TEST(to_text(file.errors).find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config
