#include "app/api_client.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

BOOST_AUTO_TEST_SUITE(api_client)

BOOST_AUTO_TEST_CASE(what_somebody_typed_stays_within_its_segment_of_the_path) {
    BOOST_TEST(app::job_path("01jd") == "/api/jobs/01jd");
    BOOST_TEST(app::job_path("01jd", "/log") == "/api/jobs/01jd/log");
    BOOST_TEST(app::job_path("../a b?c#d") == "/api/jobs/..%2Fa%20b%3Fc%23d");
}

BOOST_AUTO_TEST_CASE(a_query_has_the_parameters_that_have_a_value) {
    BOOST_TEST(app::to_query({}) == "");
    BOOST_TEST(app::to_query({{"state", ""}, {"limit", "5"}, {"repository", "a/b&c"}}) ==
               "?limit=5&repository=a%2Fb%26c");
}

BOOST_AUTO_TEST_CASE(operators_are_answered_at_the_admin_port_if_there_is_one) {
    config::server_settings server;
    BOOST_TEST(app::local_operators_url(server) == "http://127.0.0.1:7000");
    server.host = "::";
    server.admin_port = 7001;
    BOOST_TEST(app::local_url(server) == "http://[::1]:7000");
    BOOST_TEST(app::local_operators_url(server) == "http://[::1]:7001");
}

BOOST_AUTO_TEST_SUITE_END()
