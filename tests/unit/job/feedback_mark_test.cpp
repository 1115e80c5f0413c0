#include "job/remark_body.hpp"
#include "job/remark_mark.hpp"
#include "support/unit_test.hpp"

#include <string>
#include <vector>

using namespace familiar;
using job::remark_mark;

BOOST_AUTO_TEST_SUITE(feedback_mark)

BOOST_AUTO_TEST_CASE(a_mark_is_read_as_it_was_written) {
    for (const auto& mark :
         {remark_mark{remark_mark::kind::job, "01j8zz"}, remark_mark{remark_mark::kind::refusal, "ada"},
          remark_mark{remark_mark::kind::refusal, ""}, remark_mark{remark_mark::kind::refusal, "a-->b\n<!-- \xFF%"}}) {
        const auto line = job::write_mark(mark);
        BOOST_TEST(line.find("-->") == line.size() - 3);
        const auto read = job::read_mark(line + "\nand a text");
        BOOST_REQUIRE(read);
        BOOST_TEST((*read == mark));
    }
    BOOST_TEST(job::write_mark({remark_mark::kind::job, "01j8"}) == "<!-- familiar:job=01j8 -->");
    BOOST_TEST(job::write_mark({remark_mark::kind::refusal, "Dependabot[bot]"}) ==
               "<!-- familiar:refused=dependabot%5bbot%5d -->");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_the_same_for_the_same_person_in_the_same_words) {
    const auto mark = [](std::string login, std::string_view said) {
        return job::write_mark(job::refusal_mark({.login = std::move(login)}, said));
    };
    BOOST_TEST(mark("ada", "no") == mark("Ada", "no"));
    BOOST_TEST(mark("ada", "no") != mark("eve", "no"));
    BOOST_TEST(mark("ada", "no") != mark("ada", "not this head"));
}

BOOST_AUTO_TEST_CASE(a_mark_is_the_first_line_and_nothing_else) {
    for (const auto* text :
         {"", "<!-- familiar:job=01j8", "> <!-- familiar:job=01j8 -->", "hi\n<!-- familiar:job=01j8 -->",
          "<!-- familiar:job=01j8 --> hi", " <!-- familiar:job=01j8 -->", "<!-- familiar:other=1 -->",
          "<!-- familiar:job=%zz -->", "<!-- familiar:job=%2 -->", "<!-- familiar: -->"})
        BOOST_TEST(!job::read_mark(text), text);
    BOOST_TEST(job::read_mark("<!-- familiar:job=01j8 -->\r\nhi").has_value());
}

BOOST_AUTO_TEST_CASE(own_comments_are_known_by_login) {
    struct row {
        std::string own;
        event::actor author;
        bool ours;
    };
    const std::vector<row> rows{{"familiar", {.login = "Familiar"}, true},
                                {"familiar[bot]", {.login = "familiar[bot]", .bot = true}, true},
                                {"familiar[bot]", {.login = "familiar", .bot = true}, true},
                                {"familiar[bot]", {.login = "familiar"}, false},
                                {"familiar", {.login = "familiar[bot]", .bot = true}, false},
                                {"familiar", {.login = "mona"}, false},
                                {"", {}, false}};
    for (const auto& [own, author, ours] : rows) BOOST_TEST(job::wrote({own, false}, author) == ours, author.login);
}

BOOST_AUTO_TEST_CASE(what_stood_there_before_is_folded_below) {
    const remark_mark first{remark_mark::kind::job, "1"};
    const remark_mark second{remark_mark::kind::job, "2"};
    const auto one = job::remark_body(first, "❌ **Failed**\n\n- a list\n- of its own", {});
    BOOST_TEST(one == "<!-- familiar:job=1 -->\n❌ **Failed**\n\n- a list\n- of its own\n");
    const auto two = job::remark_body(second, "✅ **Done**", job::earlier_with(one));
    BOOST_TEST(
        two ==
        "<!-- familiar:job=2 -->\n✅ **Done**\n\n<!-- familiar:earlier -->\n<details><summary>Earlier</summary>\n\n"
        "- ❌ **Failed**\n\n</details>\n");
    BOOST_TEST(job::earlier_of(two) == std::vector<std::string>{"❌ **Failed**"});
    BOOST_TEST((job::earlier_with(two) == std::vector<std::string>{"✅ **Done**", "❌ **Failed**"}));
}

BOOST_AUTO_TEST_CASE(what_is_folded_is_bounded) {
    auto body = job::remark_body({remark_mark::kind::job, "0"}, std::string(1000, 'x'), {});
    for (int i = 1; i <= 30; ++i)
        body = job::remark_body({remark_mark::kind::job, std::to_string(i)},
                                "line " + std::to_string(i) + std::string(1000, 'x'), job::earlier_with(body));
    BOOST_TEST(job::earlier_of(body).size() == job::most_earlier_lines);
    BOOST_TEST(job::earlier_of(body).front().starts_with("line 29"));
    BOOST_TEST(body.size() < 5'000U);
}

BOOST_AUTO_TEST_CASE(a_body_reads_alike_whatever_the_forge_does_to_line_ends) {
    BOOST_TEST(job::same_body("a\n\nb\n", "a\r\n\r\nb"));
    BOOST_TEST(!job::same_body("a\n\nb\n", "a\nb"));
}

BOOST_AUTO_TEST_SUITE_END()
