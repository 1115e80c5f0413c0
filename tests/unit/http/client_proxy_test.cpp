#include "http/client_proxy.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

namespace {

std::string way_to(const std::string& url, const http::proxy_settings& settings) {
    const auto way = http::proxy_for(settings, http::parse_destination(url).value());
    if (!way) return way.error().message;
    return *way ? (*way)->authority() : "direct";
}

std::string way_without(const std::string& url, const std::string& no_proxy) {
    return way_to(url, {.http = "http://p:1", .https = "http://p:1", .no_proxy = no_proxy});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_proxies)

BOOST_AUTO_TEST_CASE(lower_case_wins_and_http_proxy_in_capitals_is_not_heard) {
    const auto both = http::proxies_in({{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}, {"HTTP_PROXY", "c"}});
    BOOST_TEST(both.https == "a");
    BOOST_TEST(both.http == "");
    const auto capitals = http::proxies_in({{"https_proxy", ""}, {"HTTPS_PROXY", "b"}, {"NO_PROXY", "c"}});
    BOOST_TEST(capitals.https == "b");
    BOOST_TEST(capitals.no_proxy == "c");
    BOOST_TEST(http::proxies_in({{"http_proxy", "d"}}).http == "d");
}

BOOST_AUTO_TEST_CASE(each_scheme_has_its_own) {
    const http::proxy_settings settings{.http = "http://plain:3128", .https = "secure:3129"};
    BOOST_TEST(way_to("http://a.example/", settings) == "plain:3128");
    BOOST_TEST(way_to("https://a.example/", settings) == "secure:3129");
    BOOST_TEST(way_to("https://a.example/", {}) == "direct");
    BOOST_TEST(way_to("http://a.example/", {.http = "p"}) == "p:1080");
}

BOOST_AUTO_TEST_CASE(no_proxy_names_hosts_networks_or_everything) {
    struct row {
        const char* no_proxy;
        const char* url;
        bool direct;
    };
    for (const auto& [no_proxy, url, direct] : {
             row{"", "http://a.example/", false},
             row{"*", "http://a.example/", true},
             row{"example", "http://a.example/", true},
             row{"a.example", "http://A.example:8080/", true},
             row{".example", "http://a.example/", true},
             row{".a.example", "http://a.example/", true},
             row{"A.EXAMPLE", "https://a.example/", true},
             row{"a.example", "http://b.a.example/", true},
             row{"a.example", "http://ba.example/", false},
             row{"b.example, a.example", "http://a.example/", true},
             row{"b.example a.example", "http://a.example/", true},
             row{"b.example,,", "http://a.example/", false},
             row{"10.1.2.3", "http://10.1.2.3/", true},
             row{"10.1.2.3", "http://10.1.2.30/", false},
             row{"2.3", "http://10.1.2.3/", false},
             row{"10.0.0.0/8", "http://10.1.2.3/", true},
             row{"10.0.0.0/8", "http://11.1.2.3/", false},
             row{"10.0.0.0/8", "http://a.example/", false},
             row{"fd00::1", "http://[fd00::1]/", true},
             row{"[fd00::1]", "http://[fd00:0::1]/", true},
             row{"fd00::/8", "http://[fd12::1]/", true},
             row{"fd00::/8", "http://10.1.2.3/", false},
             row{"", "http://localhost:7000/", true},
             row{"", "http://127.0.0.1:7000/", true},
             row{"", "https://[::1]:7000/", true},
         })
        BOOST_TEST((way_without(url, no_proxy) == "direct") == direct, no_proxy << " for " << url);
}

BOOST_AUTO_TEST_CASE(credentials_of_the_proxy_are_for_the_proxy) {
    const auto where = http::parse_destination("https://a.example/").value();
    const auto way = http::proxy_for({.https = "http://Aladdin:open%20sesame@p:1"}, where).value();
    BOOST_TEST(way->authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    BOOST_TEST(way->authority() == "p:1");
    BOOST_TEST(http::proxy_for({.https = "p:1"}, where).value()->authorization == "");
}

BOOST_AUTO_TEST_CASE(a_proxy_of_another_kind_is_invalid_and_not_shown) {
    for (const auto* text : {"socks5://u:hunter2@p:1", "https://p:1", "http://", "a b"}) {
        const auto said = way_to("http://a.example/", {.http = text});
        BOOST_TEST(said.starts_with("http_proxy names no proxy that can be used"), said);
        BOOST_TEST(said.find("hunter2") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
