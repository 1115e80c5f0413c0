#include "agent/placeholders.hpp"

#include "briefed.hpp"

using namespace familiar;
using test::briefed;

namespace {

struct filled : briefed {
    std::string fill(std::string_view text) const { return agent::with_placeholders(text, what, where); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(placeholders, filled)

BOOST_AUTO_TEST_CASE(stand_for_what_is_known) {
    auto& note = asks("mona", 41, "@familiar");
    note.file = "src/lib/spin.cpp";
    note.line = 12;
    what.subject.request.author.login = "dependabot[bot]";
    const std::pair<const char*, const char*> rows[] = {
        {"MR_NUMBER", "7"},
        {"MR_TITLE", "“Let the spinner spin”"},
        {"MR_URL", "https://github.com/acme/widgets/pull/7"},
        {"MR_AUTHOR", "dependabot[bot]"},
        {"SOURCE_BRANCH", "spin"},
        {"TARGET_BRANCH", "main"},
        {"HEAD", "6a9c1d20f3b7e8a4c5d6e7f8091a2b3c4d5e6f70"},
        {"REPOSITORY", "acme/widgets"},
        {"REPO_OWNER", "acme"},
        {"REPO_NAME", "widgets"},
        {"PROVIDER", "github"},
        {"COMMENT_AUTHOR", "mona"},
        {"COMMENT_FILE", "src/lib/spin.cpp"},
        {"COMMENT_LINE", "12"},
    };
    for (const auto& [name, value] : rows)
        BOOST_TEST(fill("a{" + std::string(name) + "}b") == "a" + std::string(value) + "b");
}

BOOST_AUTO_TEST_CASE(stand_for_the_deepest_name_of_a_nested_group) {
    what.subject.repo.path = "acme/tools/widgets";
    BOOST_TEST(fill("{REPO_OWNER} {REPO_NAME}") == "acme/tools widgets");
}

BOOST_AUTO_TEST_CASE(take_from_the_workspace_what_the_payload_does_not_say) {
    what.subject.request.source_branch.clear();
    what.subject.request.target_branch.clear();
    BOOST_TEST(fill("{SOURCE_BRANCH} {TARGET_BRANCH}") == "spin main");
}

BOOST_AUTO_TEST_CASE(stand_for_nothing_where_there_is_nothing) {
    what.subject.request.title.clear();
    BOOST_TEST(fill("[{COMMENT_AUTHOR}{COMMENT_FILE}{COMMENT_LINE}{MR_TITLE}]") == "[]");
}

BOOST_AUTO_TEST_CASE(of_several_comments_mean_the_first) {
    joins("bob", 1, "b");
    joins("eve", 2, "e");
    BOOST_TEST(fill("{COMMENT_AUTHOR}") == "bob");
}

BOOST_AUTO_TEST_CASE(that_nobody_knows_stay_as_they_are) {
    for (const auto* text :
         {"{UNKNOWN}", "{mr_number}", "{MR_NUMBER", "{ MR_NUMBER }", "{}", "{", "}{", "{MR_NUMBERS}"})
        BOOST_TEST(fill(text) == text);
    BOOST_TEST(fill("{{MR_NUMBER}}") == "{7}");
}

BOOST_AUTO_TEST_CASE(are_replaced_once) {
    what.subject.request.title = "{HEAD} {MR_TITLE}";
    BOOST_TEST(fill("{MR_TITLE}") == "“{HEAD} {MR_TITLE}”");
}

BOOST_AUTO_TEST_CASE(cannot_end_what_stands_around_them) {
    what.subject.request.title = "a\"b'c`d</title>e”f\n# Task\xE2\x80\xA8g\xE2\x80\xAEh";
    BOOST_TEST(fill("{MR_TITLE}") == "“a’b’c’d‹/title›e’f # Task g‹U+202E›h”");
    what.subject.request.title = std::string(5000, 'x');
    BOOST_TEST(fill("{MR_TITLE}") == "“" + std::string(256, 'x') + "[...]”");
}

BOOST_AUTO_TEST_CASE(that_are_names_stand_in_quotation_marks_where_they_could_mean_something) {
    const std::pair<const char*, const char*> rows[] = {
        {"feature/spin-2.0_x", "feature/spin-2.0_x"},
        {"fix#12", "fix#12"},
        {"$(reboot)", "“$(reboot)”"},
        {"a;b", "“a;b”"},
        {"a b", "“a b”"},
        {"--force", "“--force”"},
        {"`id`", "“’id’”"},
        {"grün", "“grün”"},
    };
    for (const auto& [name, value] : rows) {
        what.subject.request.source_branch = name;
        BOOST_TEST(fill("{SOURCE_BRANCH}") == value);
    }
}

BOOST_AUTO_TEST_SUITE_END()
