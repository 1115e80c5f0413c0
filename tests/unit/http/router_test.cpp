#include "http/router.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

BOOST_AUTO_TEST_SUITE(routing)

namespace {

boost::asio::awaitable<http::response> answer(http::request) {
    co_return http::response{};
}

http::router table() {
    http::router routes;
    routes.add("POST", "/webhook/github", answer);
    routes.add("GET", "/health", answer);
    routes.add("GET", "/api/jobs/latest", answer, "latest");
    routes.add("GET", "/api/jobs/{id}", answer, "job");
    routes.add("DELETE", "/api/jobs/{id}", answer, "delete");
    routes.add("GET", "/api/jobs/{id}/log", answer, "log");
    return routes;
}

struct row {
    const char* method;
    const char* path;
    const char* label;  ///< "" if nothing is found
    const char* id;
    const char* allow;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.method << ' ' << value.path;
}

const std::vector<row> rows{
    {"POST", "/webhook/github", "/webhook/github", "", ""},
    {"GET", "/health", "/health", "", ""},
    {"HEAD", "/health", "/health", "", ""},
    {"GET", "/webhook/github", "", "", "POST"},
    {"HEAD", "/webhook/github", "", "", "POST"},
    {"POST", "/health", "", "", "GET, HEAD"},
    {"get", "/health", "", "", "GET, HEAD"},
    {"GET", "/health/", "", "", ""},
    {"GET", "/HEALTH", "", "", ""},
    {"GET", "", "", "", ""},
    {"GET", "*", "", "", ""},
    {"GET", "/api/jobs/01abc", "job", "01abc", ""},
    {"HEAD", "/api/jobs/01abc", "job", "01abc", ""},
    {"DELETE", "/api/jobs/01abc", "delete", "01abc", ""},
    {"POST", "/api/jobs/01abc", "", "", "GET, HEAD, DELETE"},
    {"GET", "/api/jobs/latest", "latest", "", ""},
    {"GET", "/api/jobs/01abc/log", "log", "01abc", ""},
    {"GET", "/api/jobs/", "", "", ""},
    {"GET", "/api/jobs//log", "", "", ""},
    {"GET", "/api/jobs/a/b", "", "", ""},
    {"GET", "/api/jobs/a/b/log", "", "", ""},
    {"GET", "/api/jobs/{id}", "job", "{id}", ""},
};

}  // namespace

BOOST_DATA_TEST_CASE(a_method_and_a_path_lead_to_a_route_or_to_the_methods_that_do,
                     boost::unit_test::data::make(rows)) {
    const auto routes = table();
    const auto match = routes.find(sample.method, sample.path);
    BOOST_TEST((match.found ? match.found->label : "") == sample.label);
    BOOST_TEST(match.id == sample.id);
    BOOST_TEST(match.allow == sample.allow);
}

BOOST_AUTO_TEST_CASE(the_table_can_be_listed) {
    const auto routes = table();
    BOOST_TEST(routes.routes().size() == 6);
    BOOST_TEST(routes.routes().front().label == "/webhook/github");
}

BOOST_AUTO_TEST_SUITE_END()
