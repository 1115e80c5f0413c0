#include "http/client_url.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

BOOST_AUTO_TEST_SUITE(client_urls)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart) {
    struct row {
        const char* url;
        const char* origin;
        const char* authority;
        const char* target;
    };
    for (const auto& row : {
             row{"http://a.example", "http://a.example:80", "a.example", "/"},
             row{"HTTPS://A.Example/x?y=1#z", "https://a.example:443", "a.example", "/x?y=1"},
             row{"https://a.example:8443/", "https://a.example:8443", "a.example:8443", "/"},
             row{"https://a.example:443/", "https://a.example:443", "a.example:443", "/"},
             row{"http://a.example:/x", "http://a.example:80", "a.example", "/x"},
             row{"http://a.example?q", "http://a.example:80", "a.example", "/?q"},
             row{"http://127.0.0.1:7000/a%20b", "http://127.0.0.1:7000", "127.0.0.1:7000", "/a%20b"},
             row{"https://[::1]:7000/", "https://[::1]:7000", "[::1]:7000", "/"},
         }) {
        const auto where = http::parse_destination(row.url);
        BOOST_REQUIRE_MESSAGE(where.has_value(), row.url);
        BOOST_TEST(where->origin() == row.origin);
        BOOST_TEST(where->authority == row.authority);
        BOOST_TEST(where->target == row.target);
    }
    BOOST_TEST(http::parse_destination("https://[::1]/")->host == "::1");
    BOOST_TEST(http::parse_destination("https://[::1]/")->is_address);
    BOOST_TEST(http::parse_destination("https://127.0.0.1/")->is_address);
    BOOST_TEST(!http::parse_destination("https://a.example/")->is_address);
}

BOOST_AUTO_TEST_CASE(what_is_no_url_to_ask_is_invalid_and_shown_without_what_may_be_secret) {
    for (const auto& [url, message] : {
             std::pair("ftp://forge.example/x", "only http:// and https:// are spoken here: ftp://forge.example/x"),
             std::pair("https://u:hunter2@forge.example/x?t=hunter2",
                       "credentials do not belong in a URL: https://forge.example/x"),
             std::pair("http://u:hunter2@", "not a URL: http://"),
             std::pair("u:hunter2@forge.example?hunter2", "not a URL: forge.example"),
             std::pair("http://a.example:99999/", "not a port: http://a.example:99999/"),
             std::pair("http://a.example:0/", "not a port: http://a.example:0/"),
             std::pair("http://a%0d%0ab.example/", "not a host name: http://a%0d%0ab.example/"),
             std::pair("http://a.example/x y", "not a URL: http://a.example/x y"),
             std::pair("nonsense", "not a URL: nonsense"),
             std::pair("", "not a URL: "),
         }) {
        const auto where = http::parse_destination(url);
        BOOST_REQUIRE_MESSAGE(!where.has_value(), url);
        BOOST_TEST((where.error().code == core::errc::invalid));
        BOOST_TEST(where.error().message == message);
    }
    BOOST_TEST(!http::parse_destination("http://a.example/x\r\nX: y").has_value());
}

BOOST_AUTO_TEST_CASE(a_location_is_read_against_where_it_came_from) {
    const auto from = http::parse_destination("https://a.example/x/y?q=1").value();
    const auto to = [&](const char* location) {
        const auto where = http::redirected(from, location);
        return where ? where->url() : "nowhere";
    };
    BOOST_TEST(to("/z") == "https://a.example/z");
    BOOST_TEST(to("z?r=2") == "https://a.example/x/z?r=2");
    BOOST_TEST(to("../z") == "https://a.example/z");
    BOOST_TEST(to("https://b.example/") == "https://b.example/");
    BOOST_TEST(to("//b.example/c") == "https://b.example/c");
    BOOST_TEST(to("https://u:p@a.example/") == "nowhere");
    BOOST_TEST(to("ftp://a.example/") == "nowhere");
    BOOST_TEST(to("http://[") == "nowhere");
}

BOOST_AUTO_TEST_CASE(a_slash_that_is_part_of_a_name_stays_one_in_a_location) {
    const auto from = http::parse_destination("https://a.example/projects/g%2Fp/x?page=1").value();
    const auto to = [&](const char* location) { return http::redirected(from, location).value().url(); };
    BOOST_TEST(to("https://a.example/projects/g%2Fp/x?page=2&at=1%3A2") ==
               "https://a.example/projects/g%2Fp/x?page=2&at=1%3A2");
    BOOST_TEST(to("//b.example/projects/g%2Fp") == "https://b.example/projects/g%2Fp");
    BOOST_TEST(to("/projects/g%2Fp/x?page=2") == "https://a.example/projects/g%2Fp/x?page=2");
    BOOST_TEST(to("?page=2") == "https://a.example/projects/g%2Fp/x?page=2");
}

BOOST_AUTO_TEST_SUITE_END()
