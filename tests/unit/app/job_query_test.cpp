#include "app/job_query.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

namespace {

core::result<journal::job_filter> parse(const std::string& query) {
    http::request asked;
    asked.query = query;
    return app::parse_job_query(asked);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_query)

BOOST_AUTO_TEST_CASE(asks_for_the_fifty_newest_if_it_says_nothing) {
    for (const auto* query : {"", "state=&repository=&limit=&before=", "colour=red"}) BOOST_TEST_CONTEXT(query) {
            const auto filter = parse(query).value();
            BOOST_TEST(!filter.state);
            BOOST_TEST(filter.path == "");
            BOOST_TEST(filter.before == "");
            BOOST_TEST(filter.limit == 50u);
        }
}

BOOST_AUTO_TEST_CASE(names_state_repository_limit_and_where_the_page_before_ended) {
    const auto filter =
        parse("state=timed_out&repository=group%2Fdeeper/still&limit=500&before=01jd0000000000000000000001").value();
    BOOST_TEST((filter.state == journal::job_state::timed_out));
    BOOST_TEST(filter.path == "group/deeper/still");
    BOOST_TEST(filter.limit == 500u);
    BOOST_TEST(filter.before == "01jd0000000000000000000001");
}

BOOST_AUTO_TEST_CASE(that_makes_no_sense_is_told_what_does) {
    const std::string states =
        "state is one of received, held, queued, preparing, running, finishing, succeeded, failed, timed_out, "
        "cancelled, "
        "superseded, interrupted, expired, refused";
    const std::string limit = "limit is a number from 1 to 500";
    const std::string before = "before is a job's whole id: `next` of the page before";
    const std::vector<std::pair<std::string, std::string>> table{
        {"state=runing", states},
        {"state=Running", states},
        {"limit=0", limit},
        {"limit=501", limit},
        {"limit=-1", limit},
        {"limit=1x", limit},
        {"limit=99999999999999999999", limit},
        {"before=01jd", before},
        {"before=01JD0000000000000000000001", before},
        {"state=%zz", "the query is malformed: reserved characters are written as %XX"}};
    for (const auto& [query, message] : table) BOOST_TEST_CONTEXT(query) {
            const auto filter = parse(query);
            BOOST_REQUIRE(!filter);
            BOOST_TEST(describe(filter.error()) == message);
        }
}

BOOST_AUTO_TEST_SUITE_END()
