// Where a head ends, and what is refused before it does.
#include "http/head_scan.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

namespace {

const std::string head = "GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\r\n";

/// The status of the answer; 0 if there is none.
unsigned status_of(const std::optional<http::response>& refused) {
    return refused ? refused->status : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(head_scans)

BOOST_AUTO_TEST_CASE(a_head_ends_where_its_blank_line_does) {
    const http::limits bounds;
    http::head_scan scan(bounds);
    BOOST_TEST(status_of(scan.look(head + "body\n")) == 0u);
    BOOST_TEST(scan.length() == head.size());
}

BOOST_AUTO_TEST_CASE(it_makes_no_difference_in_which_pieces_it_comes) {
    const http::limits bounds;
    for (std::size_t cut = 0; cut < head.size(); ++cut) {
        http::head_scan scan(bounds);
        BOOST_TEST(status_of(scan.look(head.substr(0, cut))) == 0u);
        BOOST_TEST(scan.length() == 0u);
        BOOST_TEST(status_of(scan.look(head)) == 0u);
        BOOST_TEST(scan.length() == head.size());
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_refused_with_the_byte_that_shows_it) {
    const http::limits bounds;
    struct row {
        std::string text;
        unsigned status;
    };
    for (const auto& [text, status] : {row{"GET / HTTP/1.1\n", 400}, row{"GET / HTTP/1.1\r\nHost: x\rX", 400},
                                       row{"GET / HTTP/1.1\r\nA: b\r\n ", 400}, row{"GET / HTTP/2.0\r\n", 505},
                                       row{"\x16", 400}, row{std::string("GET / HTTP/1.1\r\nA: \0", 20), 400}}) {
        http::head_scan scan(bounds);
        BOOST_TEST(status_of(scan.look(text.substr(0, text.size() - 1))) == 0u);
        BOOST_TEST(status_of(scan.look(text)) == status);
    }
}

BOOST_AUTO_TEST_CASE(a_head_of_exactly_the_bound_is_taken) {
    http::limits bounds;
    bounds.max_header = head.size();
    http::head_scan fits(bounds);
    BOOST_TEST(status_of(fits.look(head)) == 0u);
    BOOST_TEST(fits.length() == head.size());
    bounds.max_header = head.size() - 1;
    http::head_scan larger(bounds);
    BOOST_TEST(status_of(larger.look(head)) == 431u);
}

BOOST_AUTO_TEST_CASE(header_lines_are_counted_and_the_request_line_is_none) {
    http::limits bounds;
    bounds.max_fields = 2;
    http::head_scan fits(bounds);
    BOOST_TEST(status_of(fits.look(head)) == 0u);
    bounds.max_fields = 1;
    http::head_scan more(bounds);
    BOOST_TEST(status_of(more.look(head)) == 431u);
}

BOOST_AUTO_TEST_CASE(trailers_have_no_request_line) {
    http::limits bounds;
    bounds.max_fields = 1;
    const std::string trailers = "X-A: b\r\n\r\n";
    for (const auto& [text, status] : {std::pair{trailers, 0U}, std::pair{std::string("\r\n"), 0U},
                                       std::pair{" " + trailers, 400U}, std::pair{"X-B: c\r\n" + trailers, 431U}}) {
        http::head_scan scan(bounds, http::head_scan::part::trailers);
        BOOST_TEST(status_of(scan.look(text + "GET")) == status);
        BOOST_TEST((status != 0 || scan.length() == text.size()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
