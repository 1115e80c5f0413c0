#include "app/missed.hpp"

#include "support/unit_test.hpp"

#include <string>
#include <vector>

using namespace familiar;
using namespace familiar::app;
using namespace std::chrono_literals;

namespace {

using paths = std::vector<std::string>;

const core::wall_time now{std::chrono::sys_days{std::chrono::year(2026) / 11 / 22}};

provider::merge_request_state open_request() {
    provider::merge_request_state state;
    state.request.number = 7;
    state.request.head = "abc";
    state.request.source_branch = "spin";
    state.request.author = {.login = "ada", .id = 3};
    return state;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(what_was_missed)

BOOST_AUTO_TEST_CASE(is_looked_for_from_a_minute_before_the_last_delivery_and_for_three_days_at_most) {
    BOOST_TEST((missed_since(std::nullopt, now) == std::nullopt));
    BOOST_TEST((missed_since(now, now) == now - 1min));
    BOOST_TEST((missed_since(now - 5h, now) == now - 5h - 1min));
    BOOST_TEST((missed_since(now - 72h, now) == now - 72h));
    BOOST_TEST((missed_since(now - 2000h, now) == now - 72h));
}

BOOST_AUTO_TEST_CASE(is_looked_for_where_jobs_were_and_where_the_configuration_names_a_repository) {
    struct row {
        paths known, watched, asked;
    };
    const std::vector<row> table{{{}, {}, {}},
                                 {{"a/b"}, {}, {"a/b"}},
                                 {{"a/b"}, {"a/*"}, {"a/b"}},
                                 {{"a/b", "c/d"}, {"a/*"}, {"a/b"}},
                                 {{"a/b"}, {"A/B", "c/d", "e/**"}, {"a/b", "c/d"}},
                                 {{}, {"a/b", "a/b"}, {"a/b"}}};
    for (const auto& [known, watched, asked] : table)
        BOOST_TEST(repositories_to_ask(known, watched) == asked, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(at_gitlab_is_an_opened_or_an_updated_merge_request_by_its_author) {
    const auto opened = unheard_of("g/s/p", open_request(), std::nullopt, now);
    BOOST_TEST((opened.incoming.what == event::action::opened));
    BOOST_TEST((opened.incoming.repo.forge == event::provider::gitlab));
    BOOST_TEST(opened.incoming.repo.path == "g/s/p");
    BOOST_TEST(opened.incoming.request.source_branch == "spin");
    BOOST_TEST(opened.incoming.sender.login == "ada");
    BOOST_TEST(opened.incoming.before == "");
    BOOST_TEST(opened.incoming.delivery == opened.origin.id);
    BOOST_TEST((opened.origin.forge == event::provider::gitlab));
    BOOST_TEST((opened.origin.received == now));

    const auto updated = unheard_of("g/s/p", open_request(), "before", now);
    BOOST_TEST((updated.incoming.what == event::action::updated));
    BOOST_TEST(updated.incoming.before == "before");
}

BOOST_AUTO_TEST_CASE(at_gitlab_has_an_id_that_stays_and_that_nothing_else_has) {
    const auto id = [](const std::string& path, std::int64_t number, const std::string& head) {
        auto state = open_request();
        state.request.number = number;
        state.request.head = head;
        return unheard_of(path, state, std::nullopt, now).origin.id;
    };
    BOOST_TEST(id("g/p", 7, "abc").starts_with("recovered-"));
    BOOST_TEST(id("g/p", 7, "abc") == id("g/p", 7, "abc"));
    BOOST_TEST(id("g/p", 7, "abc") == unheard_of("g/p", open_request(), "before", now + 1h).origin.id);
    BOOST_TEST(id("g/p", 7, "abc") != id("g/p", 7, "abd"));
    BOOST_TEST(id("g/p", 7, "abc") != id("g/p", 8, "abc"));
    BOOST_TEST(id("g/p", 7, "abc") != id("g/q", 7, "abc"));
}

BOOST_AUTO_TEST_SUITE_END()
