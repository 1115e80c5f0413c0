#include "triage/mention.hpp"

#include "support/unit_test.hpp"
#include "triage/markdown.hpp"

using familiar::triage::mentions;
using familiar::triage::without_code;

namespace {

bool named(std::string_view body) {
    return mentions(body, "familiar");
}

constexpr std::array<std::string_view, 26> mentioned{"@familiar",
                                                     "@Familiar please",
                                                     "hello @FAMILIAR!",
                                                     "(@familiar)",
                                                     "@familiar: fix this",
                                                     "@familiar, @ada",
                                                     "ask @familiar.",
                                                     "ask @familiar...",
                                                     "@familiar- do it",
                                                     "@familiar's work",
                                                     "**@familiar**",
                                                     "> @familiar said so",
                                                     "line one\r\n@familiar\r\nline three",
                                                     "mail ada@example.org, then @familiar",
                                                     "@familiar-bot and @familiar",
                                                     "\xE3\x81\xAD\xE3\x81\x88@familiar\xE3\x81\xAF",
                                                     "`code` @familiar `code`",
                                                     "an odd ` backtick @familiar",
                                                     "two \\`escaped\\` and @familiar \\`ticks\\`",
                                                     "```\ncode\n```\n@familiar",
                                                     "~~~\ncode\n~~~\n\n@familiar",
                                                     "- a list\n\n    @familiar in its item",
                                                     "a paragraph\n    @familiar goes on",
                                                     "the <code> tag, @familiar",
                                                     "<codex> @familiar </codex>",
                                                     "`` ` `` @familiar"};

constexpr std::array<std::string_view, 36> not_mentioned{"",
                                                         "familiar",
                                                         "@",
                                                         "@ familiar",
                                                         "@familia",
                                                         "@familiars",
                                                         "@familiar1",
                                                         "@familiar_",
                                                         "@familiar-dev please",
                                                         "@familiar.dev please",
                                                         "@familiar/reviewers please",
                                                         "me@familiar",
                                                         "me.@familiar",
                                                         "@@familiar",
                                                         "https://example.org/@familiar",
                                                         "`@familiar`",
                                                         "``@familiar ` still``",
                                                         "`over\ntwo lines @familiar`",
                                                         "```\n@familiar\n```",
                                                         "```text\n@familiar\n```",
                                                         "```\n@familiar unclosed",
                                                         "````\n```\n@familiar\n````",
                                                         "~~~\n```\n@familiar\n~~~",
                                                         "~~~ a`b\n@familiar\n~~~",
                                                         "   ```\n@familiar\n   ```",
                                                         "> ```\n> @familiar\n> ```",
                                                         "- ```\n  @familiar\n  ```",
                                                         "1. step\n   ```\n   @familiar\n   ```",
                                                         "- item\n\n    ```\n    @familiar\n    ```",
                                                         "    @familiar indented",
                                                         "text\n\n\t@familiar indented",
                                                         "text\n\n    code\n\n    @familiar more of it",
                                                         "- item\n\nback at the margin\n\n    @familiar",
                                                         "<pre>\n@familiar\n</pre>",
                                                         "<PRE class=\"x\">@familiar</PRE>",
                                                         "see <code>@familiar</code>"};

}  // namespace

BOOST_AUTO_TEST_SUITE(mention)

BOOST_DATA_TEST_CASE(a_name_in_prose_is_a_mention, boost::unit_test::data::make(mentioned), body) {
    BOOST_TEST(named(body));
}

BOOST_DATA_TEST_CASE(anothers_name_an_address_and_code_are_none, boost::unit_test::data::make(not_mentioned), body) {
    BOOST_TEST(!named(body));
}

BOOST_AUTO_TEST_CASE(a_quotations_fence_ends_with_the_quotation) {
    BOOST_TEST(named("> ```\n> code\n\n@familiar"));
}

BOOST_AUTO_TEST_CASE(an_app_is_mentioned_without_its_suffix) {
    BOOST_TEST(mentions("@my-app please", "my-app[bot]"));
    BOOST_TEST(mentions("@my-app[bot] please", "my-app"));
}

BOOST_AUTO_TEST_CASE(a_name_with_signs_is_taken_literally) {
    BOOST_TEST(mentions("@fam.iliar_2 go", "fam.iliar_2"));
    BOOST_TEST(!mentions("@famxiliar_2 go", "fam.iliar_2"));
}

BOOST_AUTO_TEST_CASE(without_a_name_nothing_is_a_mention) {
    BOOST_TEST(!mentions("@ everybody", ""));
    BOOST_TEST(!mentions("@[bot]", "[bot]"));
}

BOOST_AUTO_TEST_CASE(prose_stays_and_code_goes) {
    BOOST_TEST(without_code("a `b` c\n```\nd\n```\ne") == "a   c\n\ne\n\n");
}

BOOST_AUTO_TEST_CASE(a_hostile_comment_takes_no_time) {
    constexpr std::size_t size = 200'000;
    std::string growing;
    for (std::size_t length = 1; growing.size() < size; ++length) growing += std::string(length, '`') + ' ';
    const auto repeated = [](std::string_view part) {
        std::string text;
        while (text.size() < size) text += part;
        return text;
    };
    // What is quadratic anywhere takes minutes here.
    for (const auto& body :
         {growing, repeated("` "), repeated("`"), repeated("> "), repeated(">"), repeated("@familiar-x "),
          repeated("<code>"), repeated("<pre></pre>"), repeated("\\"), repeated("\\`"), repeated("- "),
          repeated("```\n"), repeated("    \n"), repeated("@"), repeated("\t"), repeated("1")})
        BOOST_TEST(!named(body + " @"));
}

BOOST_AUTO_TEST_SUITE_END()
