#include "http/client_request.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

namespace {

const auto where = http::parse_destination("http://a.example:8080/x?y").value();
const http::proxy through{.host = "p", .port = "1", .authorization = "Basic x"};

std::string bytes(const http::request_out& request, const std::optional<http::proxy>& way = {}, bool keep = true) {
    return http::to_bytes(request, where, way, "me", keep).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_requests)

BOOST_AUTO_TEST_CASE(a_request_is_written_as_it_is_meant) {
    BOOST_TEST(bytes({.method = "GET", .url = {}, .headers = {{"Accept", "*/*"}}}) ==
               "GET /x?y HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: me\r\nAccept: */*\r\n\r\n");
    BOOST_TEST(bytes({.method = "POST", .url = {}, .body = "ab"}, {}, false) ==
               "POST /x?y HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: me\r\nContent-Length: 2\r\n"
               "Connection: close\r\n\r\nab");
    BOOST_TEST(bytes({.method = "PUT", .url = {}}).find("Content-Length: 0\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_is_told_the_whole_url_and_who_asks) {
    BOOST_TEST(bytes({.method = "GET", .url = {}}, through) ==
               "GET http://a.example:8080/x?y HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: me\r\n"
               "Proxy-Authorization: Basic x\r\n\r\n");
    const auto secure = http::parse_destination("https://a.example/x").value();
    const auto inside = http::to_bytes({.method = "GET", .url = {}}, secure, through, "me", true).value();
    BOOST_TEST(inside.starts_with("GET /x HTTP/1.1\r\n"));
    BOOST_TEST(inside.find("Proxy-Authorization") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_would_be_read_as_something_else_is_invalid) {
    using http::header_list;
    for (const auto& headers :
         {header_list{{"X", "a\r\nY: b"}}, header_list{{"X", "a\nb"}}, header_list{{"X", std::string("a\0b", 3)}},
          header_list{{"X: y", "a"}}, header_list{{"", "a"}}, header_list{{"X\r\nY", "a"}},
          header_list{{"host", "b.example"}}, header_list{{"Content-Length", "1"}},
          header_list{{"Transfer-Encoding", "chunked"}}}) {
        const auto refused = http::to_bytes({.method = "GET", .url = {}, .headers = headers}, where, {}, "me", true);
        BOOST_REQUIRE(!refused.has_value());
        BOOST_TEST((refused.error().code == core::errc::invalid));
    }
    BOOST_TEST(!http::to_bytes({.method = "GET /", .url = {}}, where, {}, "me", true).has_value());
    BOOST_TEST(!http::to_bytes({.method = "", .url = {}}, where, {}, "me", true).has_value());
    BOOST_TEST(http::to_bytes({.method = "GET", .url = {}, .headers = {{"X", "a\tb \xc3\xa9"}}}, where, {}, "me", true)
                   .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
