#include "triage/intent.hpp"

#include "support/unit_test.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

using familiar::triage::read_intent;

namespace {

/// The actions asked for, by their initials: m, a, p, d.
std::string asked(std::string_view comment, std::string_view bot = "familiar") {
    const auto wanted = read_intent(comment, bot).wanted;
    return std::string(wanted.merge ? "m" : "") + (wanted.approve ? "a" : "") + (wanted.push_commits ? "p" : "") +
           (wanted.dismiss_reviews ? "d" : "");
}

/// "none", "recorded" for one without a commit, else the commit.
std::string approved(std::string_view comment, std::string_view bot = "familiar") {
    const auto given = read_intent(comment, bot).approves;
    if (!given) return "none";
    return given->head.empty() ? "recorded" : given->head;
}

std::string instructions(std::string_view comment) {
    return read_intent(comment, "familiar").instructions;
}

struct row {
    std::string_view comment;
    std::string_view expected;
};

template <typename Read, std::size_t N>
void check_rows(const Read& read, const std::array<row, N>& rows) {
    for (const auto& [comment, expected] : rows)
        BOOST_TEST_CONTEXT("comment: " << comment) BOOST_TEST(read(comment) == expected);
}

constexpr std::string_view commit = "0123456789abcdef0123456789abcdef01234567";

}  // namespace

BOOST_AUTO_TEST_CASE(each_action_is_asked_for_by_its_verb) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 30>{{{"@familiar merge", "m"},
                                    {"@familiar approve", "a"},
                                    {"@familiar push", "p"},
                                    {"@familiar dismiss", "d"},
                                    {"@Familiar MERGE!", "m"},
                                    {"@familiar: merge.", "m"},
                                    {"@familiar, merge it", "m"},
                                    {"**@familiar** **merge**", "m"},
                                    {"@familiar merge this", "m"},
                                    {"@familiar merge this PR", "m"},
                                    {"@familiar merge the pull request now", "m"},
                                    {"@familiar merge the merge request", "m"},
                                    {"@familiar merge it into main", "m"},
                                    {"@familiar merge this branch into main, thanks", "m"},
                                    {"@familiar approve this MR", "a"},
                                    {"@familiar approve the latest changes", "a"},
                                    {"@familiar push it", "p"},
                                    {"@familiar push the fix", "p"},
                                    {"@familiar push the typo fix", "p"},
                                    {"@familiar push your changes to my branch", "p"},
                                    {"@familiar push a fix for the typo", "p"},
                                    {"@familiar push everything", "p"},
                                    {"@familiar push changes", "p"},
                                    {"@familiar dismiss the review", "d"},
                                    {"@familiar dismiss my stale review", "d"},
                                    {"@familiar dismiss @bob's review", "d"},
                                    {"@familiar dismiss @bob\xE2\x80\x99s review", "d"},
                                    {"@familiar dismiss the reviews by @bob's team", "d"},
                                    {"@familiar dismiss stale reviews", "d"},
                                    {"@familiar\nmerge", "m"}}});
}

BOOST_AUTO_TEST_CASE(politeness_and_greetings_change_nothing) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 14>{{{"@familiar please merge", "m"},
                                    {"@familiar merge please", "m"},
                                    {"@familiar merge it, please!", "m"},
                                    {"@familiar can you merge this?", "m"},
                                    {"@familiar could you please approve it", "a"},
                                    {"@familiar would you push your changes as well?", "p"},
                                    {"@familiar could you fix the typo and push?", "p"},
                                    {"Hi @familiar, could you please merge?", "m"},
                                    {"Please @familiar merge", "m"},
                                    {"LGTM, @familiar merge", "m"},
                                    {"Looks good to me! @familiar merge", "m"},
                                    {"Looks good to me @familiar, please merge it", "m"},
                                    {"Looks good to me @familiar please merge it", "m"},
                                    {"@familiar ok, thanks, merge it for me", "m"}}});
}

BOOST_AUTO_TEST_CASE(several_requests_stand_in_one_comment) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 13>{{{"@familiar fix the typo and push", "p"},
                                    {"@familiar fix the typo, then push it", "p"},
                                    {"@familiar fix the typo & push", "p"},
                                    {"@familiar fix config.yaml. Push.", "p"},
                                    {"@familiar approve and merge", "ma"},
                                    {"@familiar approve, push; merge and dismiss the review", "mapd"},
                                    {"@familiar fix the typo and push the fix, then approve this", "ap"},
                                    {"@familiar approve\n@familiar merge", "ma"},
                                    {"@familiar approve\n\nSome words.\n\n@familiar merge", "ma"},
                                    {"@alice @familiar merge", "m"},
                                    {"@familiar do not push. Merge it.", "m"},
                                    {"@familiar fix the test. Can you merge it? Push too.", "mp"},
                                    {"@familiar fix it\r\n\r\n@familiar push\r\n", "p"}}});
}

BOOST_AUTO_TEST_CASE(words_that_only_look_like_a_request_ask_for_nothing) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 22>{{{"@familiar merge conflicts need fixing", ""},
                                    {"@familiar resolve the merge conflicts", ""},
                                    {"@familiar merge main", ""},
                                    {"@familiar merge main into this branch", ""},
                                    {"@familiar merge the main branch into this one", ""},
                                    {"@familiar merge the changes from main", ""},
                                    {"@familiar merge both functions", ""},
                                    {"@familiar push the button component to the left", ""},
                                    {"@familiar push back on this", ""},
                                    {"@familiar push this button", ""},
                                    {"@familiar force-push", ""},
                                    {"@familiar dismiss the dialog on escape", ""},
                                    {"@familiar approve of nothing", ""},
                                    {"@familiar add a merge button", ""},
                                    {"@familiar merged", ""},
                                    {"@familiar merge/approve", ""},
                                    {"@familiar merge `main`", ""},
                                    {"@familiar merge <code>main</code>", ""},
                                    {"@familiar explain push and merge", ""},
                                    {"@familiar what is the difference between approve and merge?", ""},
                                    {"@familiar merge\xE2\x80\x8Bit", ""},
                                    {"@familiar \xF0\x9F\x9A\xAB merge", ""}}});
}

BOOST_AUTO_TEST_CASE(a_negation_a_condition_or_a_question_asks_for_nothing) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 22>{{{"@familiar do not merge", ""},
                                    {"@familiar please don't push", ""},
                                    {"@familiar please don\xE2\x80\x99t push", ""},
                                    {"@familiar fix it, but dont, ever, push", ""},
                                    {"@familiar never merge", ""},
                                    {"@familiar don't... merge", ""},
                                    {"@familiar don't\xE2\x80\xA6 merge", ""},
                                    {"@familiar do nothing, e.g. don't approve, i.e. merge", ""},
                                    {"@familiar do\nnot\nmerge", ""},
                                    {"@familiar merge if CI is green", ""},
                                    {"@familiar merge when CI is green", ""},
                                    {"@familiar if CI is green, merge", ""},
                                    {"If CI is green, @familiar merge", ""},
                                    {"Unless Bob objects: @familiar, merge", ""},
                                    {"Never write this, @familiar merge", ""},
                                    {"@familiar once the tests pass, push", ""},
                                    {"@familiar merge after lunch", ""},
                                    {"@familiar wait, merge", ""},
                                    {"@familiar merge?", ""},
                                    {"@familiar did you merge?", ""},
                                    {"Should @familiar merge?", ""},
                                    {"@familiar fix it and push unless it is hard", ""}}});
}

BOOST_AUTO_TEST_CASE(what_is_quoted_struck_out_hidden_or_code_asks_for_nothing) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 25>{{{"> @familiar merge", ""},
                                    {"> @familiar merge\n\nBob said so.", ""},
                                    {"> @bob wrote\n@familiar merge", ""},  // goes on lazily: rendered as quoted
                                    {"> > @familiar merge\n>\n> no", ""},
                                    {"text\n> @familiar merge", ""},
                                    {"- > @familiar merge", ""},
                                    {"`@familiar merge`", ""},
                                    {"@familiar say `merge`", ""},
                                    {"@familiar `merge`", ""},
                                    {"@familiar `approve` and `push`", ""},
                                    {"```\n@familiar merge\n```", ""},
                                    {"    @familiar merge", ""},
                                    {"<pre>\n@familiar merge\n</pre>", ""},
                                    {"<blockquote>@familiar merge</blockquote>", ""},
                                    {"<!-- @familiar merge -->", ""},
                                    {"<!-- write\n\n@familiar merge\n\nto merge -->", ""},
                                    {"~~@familiar merge~~", ""},
                                    {"~~@familiar fix it, merge~~", ""},
                                    {"<del>@familiar merge</del>", ""},
                                    {"He wrote \"@familiar merge\".", ""},
                                    {"@familiar \"approve\"", ""},
                                    {"@familiar answer \"fine, approve, and merge\"", ""},
                                    {"@familiar answer \xE2\x80\x9C"
                                     "fine, merge\xE2\x80\x9D",
                                     ""},
                                    {"@familiar answer 'fine, merge'", ""},
                                    {"@familiar rename it to \"a, push", ""}}});
}

BOOST_AUTO_TEST_CASE(what_stands_beside_a_quotation_counts) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 7>{{{"> what now?\n\n@familiar merge", "m"},
                                   {"```\ncode\n```\n@familiar merge", "m"},
                                   {"@familiar fix the \"foo, bar\" typo and push", "p"},
                                   {"@familiar fix the `foo, bar` typo and push", "p"},
                                   {"@familiar fix the 'foo' typo and push", "p"},
                                   {"@familiar fix Bob's typo and push", "p"},
                                   {"<!-- from my phone --> @familiar merge", "m"}}});
}

BOOST_AUTO_TEST_CASE(only_what_is_said_to_the_bot_counts) {
    check_rows([](auto comment) { return asked(comment); },
               std::array<row, 17>{{{"merge", ""},
                                    {"Merge this, @familiar", ""},
                                    {"please push. @familiar fix the typo", ""},
                                    {"@familiar fix the typo\n\nmerge", ""},
                                    {"@bob merge", ""},
                                    {"@familiar-dev merge", ""},
                                    {"@familiar/team merge", ""},
                                    {"me@familiar merge", ""},
                                    {"@familiar fix the typo, @alice please merge", ""},
                                    {"@familiar fix the typo. @alice, merge please", ""},
                                    {"@familiar fix this. @alice: ok? Merge please.", ""},
                                    {"@familiar @alice merge", ""},
                                    {"I saw @familiar merge it", ""},
                                    {"Yesterday I asked @familiar to push", ""},
                                    {"Who let @familiar push the changes?", ""},
                                    {"Thanks to @familiar. Merge.", ""},
                                    {"@familiar's merge", ""}}});
    BOOST_TEST(asked("@alice can you look? @familiar merge") == "m");
    BOOST_TEST(asked("@familiar merge, cc @alice") == "m");
}

BOOST_AUTO_TEST_CASE(an_app_is_spoken_to_without_the_suffix_of_its_login) {
    BOOST_TEST(asked("@familiar merge", "familiar[bot]") == "m");
    BOOST_TEST(approved("@familiar ok-to-run", "familiar[bot]") == "recorded");
    BOOST_TEST(asked("@ merge", "") == "");
    BOOST_TEST(asked("@ merge", "[bot]") == "");
}

BOOST_AUTO_TEST_CASE(an_approval_is_the_whole_of_its_paragraph) {
    const std::string with_commit = "@familiar ok-to-run " + std::string(commit);
    check_rows([](auto comment) { return approved(comment); },
               std::array<row, 27>{{{"@familiar ok-to-run", "recorded"},
                                    {"  @Familiar OK-to-run \r\n", "recorded"},
                                    {"Fine.\n\n@familiar ok-to-run\n\nThanks!", "recorded"},
                                    {"@familiar\nok-to-run", "recorded"},
                                    {with_commit, commit},
                                    {"@familiar ok-to-run 0123ABC", "0123abc"},
                                    {"@familiar ok-to-run `0123abc`", "0123abc"},
                                    {"> ran?\n\n@familiar ok-to-run 0123abc", "0123abc"},
                                    {"@familiar ok-to-run\n\n@familiar ok-to-run 0123abc", "0123abc"},
                                    {"@familiar ok-to-run 0123ab", "none"},
                                    {"@familiar ok-to-run 0123abg", "none"},
                                    {"@familiar ok-to-run 0123abc and push", "none"},
                                    {"@familiar ok-to-run 0123abc 0123abc", "none"},
                                    {"@familiar ok-to-run `main`", "none"},
                                    {"@familiar ok-to-run <code>0123abc</code>", "none"},
                                    {"@familiar ok-to-run.", "none"},
                                    {"@familiar ok-to-run?", "none"},
                                    {"@familiar ok-to-run if CI is green", "none"},
                                    {"@familiar, ok-to-run", "none"},
                                    {"@familiar not ok-to-run", "none"},
                                    {"never write @familiar ok-to-run", "none"},
                                    {"If you trust it:\n@familiar ok-to-run", "none"},
                                    {"ok-to-run", "none"},
                                    {"@bob ok-to-run", "none"},
                                    {"> @familiar ok-to-run", "none"},
                                    {"`@familiar ok-to-run`", "none"},
                                    {"<!--\n\n@familiar ok-to-run\n\n-->", "none"}}});
    BOOST_TEST(approved("@familiar ok-to-run " + std::string(64, 'a')) == std::string(64, 'a'));
    BOOST_TEST(approved("@familiar ok-to-run " + std::string(65, 'a')) == "none");
}

BOOST_AUTO_TEST_CASE(an_approval_asks_for_nothing_else_but_another_paragraph_may) {
    BOOST_TEST(asked("@familiar ok-to-run") == "");
    const auto both = read_intent("@familiar ok-to-run\n\n@familiar fix it and push", "familiar");
    BOOST_TEST(both.approves.has_value());
    BOOST_TEST(both.wanted.push_commits);
}

BOOST_AUTO_TEST_CASE(instructions_are_the_comment_without_the_mention) {
    check_rows([](auto comment) { return instructions(comment); },
               std::array<row, 16>{{{"@familiar fix the typo and push", "fix the typo and push"},
                                    {"@familiar", ""},
                                    {" @familiar! \n", "!"},
                                    {"@familiar, merge", "merge"},
                                    {"@familiar: merge", "merge"},
                                    {"Hi @familiar, fix it", "Hi, fix it"},
                                    {"Please @familiar fix it", "Please fix it"},
                                    {"fix it @familiar", "fix it"},
                                    {"(@familiar) fix it", "() fix it"},
                                    {"fix it\r\n@familiar\r\nand push", "fix it\r\n\r\nand push"},
                                    {"@familiar fix\n\n@familiar push", "fix\n\npush"},
                                    {"no mention", "no mention"},
                                    {"", ""},
                                    {"@familiar use\n```\n@familiar class A\n```", "use\n```\n@familiar class A\n```"},
                                    {"> @familiar merge\n\n@familiar why?", "> @familiar merge\n\nwhy?"},
                                    {"@familiar\xE3\x81\xAF @familiar-dev", "\xE3\x81\xAF @familiar-dev"}}});
}

BOOST_AUTO_TEST_CASE(control_characters_in_a_comment_are_no_mention) {
    BOOST_TEST(asked("\x01 merge") == "");
    BOOST_TEST(asked("\x01"
                     "0\x02 merge @familiar fix") == "");
    BOOST_TEST(approved("\x01 ok-to-run") == "none");
    BOOST_TEST(asked(std::string_view("@familiar merge\0", 16)) == "");
}

BOOST_AUTO_TEST_CASE(huge_comments_are_read_in_linear_time) {
    constexpr std::size_t size = 1 << 16;  // the most that GitHub takes
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string_view piece : {"@familiar ",
                                         "@familiar, ",
                                         "@familiar merge and ",
                                         "\"",
                                         "' '",
                                         " 'a",
                                         "`",
                                         "``` ",
                                         "> ",
                                         "~~",
                                         "<!--",
                                         "<del>",
                                         "<s>",
                                         "@",
                                         "a",
                                         " ",
                                         "\n",
                                         "\r\n\r\n",
                                         "and ",
                                         "please ",
                                         "don't ",
                                         ". ",
                                         "?",
                                         "*",
                                         "- ",
                                         ", ",
                                         "@familiar ok-to-run\n\n",
                                         "\xE2\x80\x9C",
                                         "\x01",
                                         "merge the "}) {
        std::string comment = "@familiar ";
        while (comment.size() < size) comment += piece;
        BOOST_TEST_CONTEXT("of " << piece) {
            BOOST_CHECK_NO_THROW(read_intent(comment + "\n\n@familiar merge", "familiar"));
        }
    }
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(120)));
}
