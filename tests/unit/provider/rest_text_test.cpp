#include "provider/rest.hpp"
#include "support/unit_test.hpp"

using namespace familiar;

BOOST_AUTO_TEST_SUITE(rest_text)

namespace {

struct link_row {
    const char* header;
    const char* next;  ///< empty: none
};

std::ostream& operator<<(std::ostream& out, const link_row& value) {
    return out << value.header;
}

const std::vector<link_row> links{
    {R"(<https://a.example/x?page=2>; rel="next")", "https://a.example/x?page=2"},
    {R"(<https://a.example/x?page=2>; rel="next", <https://a.example/x?page=9>; rel="last")",
     "https://a.example/x?page=2"},
    {R"(<https://a.example/x?page=1>; rel="prev", <https://a.example/x?page=3>; rel="next")",
     "https://a.example/x?page=3"},
    {R"(<https://a.example/x?ids=1,2;3&page=2>; rel="next")", "https://a.example/x?ids=1,2;3&page=2"},
    {R"(<https://a.example/1>;rel=next)", "https://a.example/1"},
    {R"(<https://a.example/1>; REL = "NEXT")", "https://a.example/1"},
    {R"(<https://a.example/1>; title="the next"; rel="last next")", "https://a.example/1"},
    {R"(</x?page=2>; rel="next")", "/x?page=2"},
    {R"(<https://a.example/1>; rel="last")", ""},
    {R"(<https://a.example/1>; rel="nextish")", ""},
    {R"(<https://a.example/1>; rel="last"; rel="next")", ""},
    {R"(<https://a.example/1>; title=next)", ""},
    {R"(<https://a.example/1>)", ""},
    {R"(<https://a.example/1; rel="next")", ""},
    {R"(rel="next")", ""},
    {"", ""},
    {"<", ""},
    {">;<", ""},
};

}  // namespace

BOOST_DATA_TEST_CASE(the_next_page_is_what_the_link_header_calls_so, boost::unit_test::data::make(links)) {
    BOOST_TEST(provider::next_page(sample.header).value_or("") == sample.next);
}

BOOST_AUTO_TEST_CASE(everything_but_unreserved_characters_is_encoded) {
    BOOST_TEST(provider::encoded("group/name") == "group%2Fname");
    BOOST_TEST(provider::encoded("a-b_c.d~9") == "a-b_c.d~9");
    BOOST_TEST(provider::encoded("renovate[bot]") == "renovate%5Bbot%5D");
    BOOST_TEST(provider::encoded("ü ?#%\n") == "%C3%BC%20%3F%23%25%0A");
    BOOST_TEST(provider::encoded("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
