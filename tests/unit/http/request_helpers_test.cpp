// What a handler takes out of a request: the bearer token and the query's parameters.
#include "http/bearer_token.hpp"
#include "http/query_parameter.hpp"
#include "support/unit_test.hpp"

using namespace familiar;

namespace {

http::request with_authorization(const std::string& value) {
    http::request asked;
    asked.headers = {{"Host", "x"}, {"authorization", value}};
    return asked;
}

http::request with_query(const std::string& query) {
    http::request asked;
    asked.query = query;
    return asked;
}

struct row {
    std::string text;
    std::optional<std::string> found;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << '"' << value.text << '"';
}

const std::vector<row> authorizations{
    {"Bearer mF_9.B5f-4.1JqM", "mF_9.B5f-4.1JqM"},
    {"Bearer abc+/~==", "abc+/~=="},
    {"bearer abc", "abc"},
    {"BEARER abc", "abc"},
    {"Bearer   abc", "abc"},
    {"Bearer s3cret!,:;\"%", "s3cret!,:;\"%"},
    {"", {}},
    {"Bearer", {}},
    {"Bearer ", {}},
    {"Bearer    ", {}},
    {"Bearerabc", {}},
    {"Bearer\tabc", {}},
    {" Bearer abc", {}},
    {"Bear abc", {}},
    {"Basic YTpi", {}},
    {"abc", {}},
    {"Bearer a b", {}},
    {"Bearer abc, Basic YTpi", {}},
    {"Bearer abc ", {}},
    {"Bearer \xc3\xbc", {}},
    {std::string("Bearer a\0b", 10), {}},
    {"Bearer a\x7f", {}},
};

const std::vector<row> queries{
    {"state=running", "running"},
    {"a=b&state=running&state=done", "running"},
    {"state=", ""},
    {"state", ""},
    {"state&a=b", ""},
    {"state=a%20b%2Bc%26d%3D%e2%82%ac", "a b+c&d=\xe2\x82\xac"},
    {"state=a+b", "a b"},
    {"st%61te=x", "x"},
    {"state=a=b", "a=b"},
    {"state=a/b?c", "a/b?c"},
    {"state=%00", std::string(1, '\0')},
    {"", {}},
    {"&", {}},
    {"State=x", {}},
    {"states=x", {}},
    {"=state", {}},
    {"state=%", {}},
    {"state=%2", {}},
    {"state=%zz", {}},
    {"state=x&other=%zz", {}},
    {"state=a b", {}},
    {"state=a#b", {}},
    {"state=\xc3\xbc", {}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(request_helpers)

BOOST_DATA_TEST_CASE(the_bearer_token_is_found, boost::unit_test::data::make(authorizations)) {
    const auto asked = with_authorization(sample.text);
    const auto token = http::bearer_token(asked);
    BOOST_TEST(token.has_value() == sample.found.has_value());
    if (token && sample.found) BOOST_TEST(*token == *sample.found);
}

BOOST_AUTO_TEST_CASE(without_an_authorization_there_is_no_bearer_token) {
    BOOST_TEST(!http::bearer_token(http::request{}).has_value());
}

BOOST_AUTO_TEST_CASE(two_authorizations_are_none) {
    auto asked = with_authorization("Bearer abc");
    asked.headers.emplace_back("Authorization", "Bearer abc");
    BOOST_TEST(!http::bearer_token(asked).has_value());
}

BOOST_DATA_TEST_CASE(a_query_parameter_is_found_and_decoded, boost::unit_test::data::make(queries)) {
    const auto value = http::query_parameter(with_query(sample.text), "state");
    BOOST_TEST(value.has_value() == sample.found.has_value());
    if (value && sample.found) BOOST_TEST(*value == *sample.found);
}

BOOST_AUTO_TEST_SUITE_END()
