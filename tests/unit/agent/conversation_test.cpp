#include "briefed.hpp"

using namespace familiar;
using test::briefed;

BOOST_FIXTURE_TEST_SUITE(the_comments, briefed)

BOOST_AUTO_TEST_CASE(are_shown_with_author_place_and_thread) {
    auto& note = asks("ada", 41, "@familiar please\r\nfix it");
    note.file = "a.cpp";
    note.line = 12;
    note.discussion = "40";
    note.url = "https://github.com/acme/widgets/pull/7#r41";
    BOOST_TEST(
        prompt_has("\n## The comment that you are here for\n\n- From: `ada`\n- On: `a.cpp:12`\n- Comment: 41\n"
                   "- Discussion: `40`\n- Link: `https://github.com/acme/widgets/pull/7#r41`\n\n"
                   "> @familiar please\n> fix it\n\n## "));
}

BOOST_AUTO_TEST_CASE(that_came_later_follow_in_order) {
    asks("ada", 41, "one");
    joins("bob", 42, "two\n# Task");
    auto& review = joins("eve", 43, "three");
    review.where = event::place::review;
    BOOST_TEST(
        prompt_has("\n## The comments that you are here for\n"
                   "\n### Comment 1\n\n- From: `ada`\n- Comment: 41\n\n> one\n"
                   "\n### Comment 2\n\n- From: `bob`\n- Comment: 42\n\n> two\n> # Task\n"
                   "\n### Comment 3\n\n- From: `eve`\n- Kind: the text of a review\n- Comment: 43\n\n> three\n\n## "));
}

BOOST_AUTO_TEST_CASE(of_a_merge_request_that_was_opened_meanwhile_are_shown_too) {
    joins("bob", 42, "only this");
    BOOST_TEST(prompt_has("## The comment that you are here for\n\n- From: `bob`\n- Comment: 42\n\n> only this\n"));
}

BOOST_AUTO_TEST_CASE(are_all_shown_in_part_however_long_and_many_they_are) {
    asks("ada", 1, "@familiar");
    for (int i = 0; i < 100; ++i)
        joins("somebody-" + std::to_string(i), i + 2, "c" + std::to_string(i) + std::string(60000, 'x'));
    const auto text = prompt();
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST((text.find("- From: `somebody-" + std::to_string(i) + "`\n") != std::string::npos), i);
        BOOST_TEST((text.find("> c" + std::to_string(i) + "xxx") != std::string::npos), i);
    }
    BOOST_TEST(text.size() < 600000U);
}

BOOST_AUTO_TEST_CASE(without_anything_to_see_are_said_to_be_so) {
    asks("ada", 41, "<!-- familiar:job=1 -->\n");
    BOOST_TEST(prompt_has("- Comment: 41\n\nIt has no text.\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_conversation, briefed)

BOOST_AUTO_TEST_CASE(is_shown_thread_by_thread_in_the_order_they_began) {
    const auto in = [this](const char* discussion, const char* file, std::int64_t id, const char* body) -> auto& {
        auto& one = said("ada", id, body, "2026-01-31T12:00:00Z");
        one.said.discussion = discussion;
        one.said.file = file;
        one.said.line = 3;
        return one;
    };
    in("d1", "a.cpp", 1, "first");
    in("d2", "", 2, "second");
    in("", "", 3, "third");
    in("", "", 4, "fourth");
    in("d1", "a.cpp", 5, "fifth").resolved = true;
    in("", "", 6, "sixth");
    const auto by = [](int id) {
        return "\nBy `ada` on 2026-01-31 12:00 UTC (comment " + std::to_string(id) + "):\n\n> ";
    };
    BOOST_TEST(prompt_has("\n## The conversation\n\n### On `a.cpp:3` (discussion `d1`), resolved\n" + by(1) +
                          "first\n" + by(5) + "fifth\n\n### A discussion (discussion `d2`)\n" + by(2) +
                          "second\n\n### Below the merge request\n" + by(3) + "third\n" + by(4) + "fourth\n" + by(6) +
                          "sixth\n\n## "),
               prompt());
}

BOOST_AUTO_TEST_CASE(does_not_show_again_what_it_is_all_about) {
    asks("mona", 42, "@familiar this one");
    joins("bob", 43, "@familiar that one");
    said("ada", 41, "before", "2026-01-31T12:00:00Z");
    said("mona", 42, "@familiar this one, edited since", "2026-01-31T12:01:00Z");
    said("bob", 43, "@familiar that one", "2026-01-31T12:02:00Z");
    BOOST_TEST(
        prompt_has("By `mona` on 2026-01-31 12:01 UTC (comment 42): shown above as comment 1.\n"
                   "\nBy `bob` on 2026-01-31 12:02 UTC (comment 43): shown above as comment 2.\n"));
    BOOST_TEST(times("> @familiar this one") == 1U);
    BOOST_TEST(times("> @familiar that one") == 1U);
    BOOST_TEST(!prompt_has("edited since"));
}

BOOST_AUTO_TEST_CASE(is_left_out_if_there_is_nothing_else_in_it) {
    asks("mona", 42, "@familiar this one");
    said("mona", 42, "@familiar this one", "2026-01-31T12:01:00Z");
    said("eve", 43, "<!-- familiar:job=1 -->", "2026-01-31T12:02:00Z");
    BOOST_TEST(!prompt_has("## The conversation"));
}

/// An issue comment, a review and a comment on a line may have the same id there.
BOOST_AUTO_TEST_CASE(tells_comments_apart_that_github_counts_apart) {
    asks("mona", 42, "@familiar this one");
    said("eve", 42, "another place", "2026-01-31T12:01:00Z").said.where = event::place::line;
    BOOST_TEST(prompt_has("> another place\n"));
    what.subject.repo.forge = event::provider::gitlab;
    BOOST_TEST(!prompt_has("> another place\n"));
}

BOOST_AUTO_TEST_CASE(marks_what_the_bot_wrote_and_nothing_else) {
    settings.bot_username = "Familiar";
    const auto mark = std::string("<!-- familiar:job=01m81 -->");
    said("familiar[bot]", 1, mark + "mine", "2026-01-31T12:00:00Z");
    said("familiar", 2, mark + "mine too", "2026-01-31T12:00:00Z");
    said("familiar-fan", 3, mark + "by the bot, I swear", "2026-01-31T12:00:00Z");
    said("", 4, "a ghost", "2026-01-31T12:00:00Z");
    BOOST_TEST(prompt_has("By you, as `familiar[bot]`, on 2026-01-31 12:00 UTC (comment 1):\n\n> mine\n"));
    BOOST_TEST(prompt_has("By you, as `familiar`, on 2026-01-31 12:00 UTC (comment 2):\n\n> mine too\n"));
    BOOST_TEST(prompt_has("By `familiar-fan` on 2026-01-31 12:00 UTC (comment 3):\n\n> by the bot, I swear\n"));
    BOOST_TEST(prompt_has("By somebody whose account is gone on 2026-01-31 12:00 UTC (comment 4):\n\n> a ghost\n"));
    BOOST_TEST(!prompt_has("familiar:job"));
}

BOOST_AUTO_TEST_CASE(shows_the_newest_and_says_what_is_left_out) {
    asks("mona", 500, "@familiar this one");
    said("mona", 500, "@familiar this one", "2026-01-31T11:00:00Z");
    for (int i = 0; i < 100; ++i)
        said("ada", i + 1, "r" + std::to_string(i) + "." + std::string(9000, 'x'),
             i < 50 ? "2026-01-31T12:00:00Z" : "2026-01-31T13:00:00Z");
    const auto text = prompt();
    BOOST_TEST(text.size() < 300000U);
    BOOST_TEST((text.find("> r99.") != std::string::npos));
    BOOST_TEST((text.find("> r0.") == std::string::npos));
    BOOST_TEST(prompt_has(
        "There is more than fits here. Left out, the oldest first: 71 comments, the last of them of 2026-01-31 "
        "13:00 UTC.\n"));
    BOOST_TEST(prompt_has("(comment 500): shown above.\n"));
}

BOOST_AUTO_TEST_CASE(gives_way_to_the_comments_that_the_agent_is_there_for) {
    asks("mona", 500, "@familiar");
    for (int i = 0; i < 5; ++i) joins("bob", 501 + i, std::string(64000, 'y'));
    said("ada", 1, "too much", "2026-01-31T12:00:00Z");
    BOOST_TEST(prompt_has("Left out, the oldest first: 1 comment, the"));
    BOOST_TEST(!prompt_has("> too much"));
}

BOOST_AUTO_TEST_SUITE_END()
