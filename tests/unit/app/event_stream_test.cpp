#include "app/event_stream.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

namespace {

/// The events of a log that comes in pieces of this size.
std::string events_of(std::string_view log, std::size_t size) {
    app::line_events lines;
    std::string events;
    for (std::size_t at = 0; at < log.size(); at += size) events += lines.feed(log.substr(at, size));
    return events + lines.finish();
}

std::vector<std::string> data_of(std::string_view stream, std::size_t size) {
    app::event_reader reader;
    std::vector<std::string> all;
    for (std::size_t at = 0; at < stream.size(); at += size)
        for (const auto& one : reader.feed(stream.substr(at, size))) all.push_back(one.name + "|" + one.data);
    return all;
}

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(event_stream)

BOOST_AUTO_TEST_CASE(every_line_of_a_log_is_one_event_whatever_pieces_it_comes_in) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", ""},
        {"one\ntwo\n", "data: one\n\ndata: two\n\n"},
        {"no end", "data: no end\n\n"},
        {"a\n\nb\n", "data: a\n\ndata: \n\ndata: b\n\n"},
        {"crlf\r\nnext\r\n", "data: crlf\n\ndata: next\n\n"},
        {"10 %\r20 %\r\n", "data: 10 %\n\ndata: 20 %\n\n"},
        {"\r\r\n\n", "data: \n\ndata: \n\ndata: \n\n"},
        {"event: end\ndata: x\n", "data: event: end\n\ndata: data: x\n\n"},
        {"schöner Süd€\n", "data: schöner Süd€\n\n"},
        {"half \xe2\x82\nnext\n", "data: half \uFFFD\uFFFD\n\ndata: next\n\n"},
    };
    for (const auto& [log, events] : table)
        for (const std::size_t size : {1u, 2u, 3u, 1000u}) BOOST_TEST_CONTEXT(log << " in pieces of " << size) {
                BOOST_TEST(events_of(log, size) == events);
            }
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_not_held_back_for_ever_nor_cut_within_a_character) {
    std::string log(65535, 'x');
    log += "\u20ac and on";
    BOOST_TEST(
        (data_of(events_of(log, 1000), 4096) == texts{"message|" + std::string(65535, 'x'), "message|\u20ac and on"}));
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back) {
    const auto stream =
        events_of("one\n\nthree\r\n", 4) + std::string(app::keep_alive) + app::to_event("end", "failed");
    for (const std::size_t size : {1u, 7u, 1000u})
        BOOST_TEST((data_of(stream, size) == texts{"message|one", "message|", "message|three", "end|failed"}));
}

BOOST_AUTO_TEST_CASE(events_are_read_as_the_standard_has_them) {
    BOOST_TEST((data_of("data:no blank\n\ndata: a\ndata: b\n\n", 5) == texts{"message|no blank", "message|a\nb"}));
    BOOST_TEST((data_of("event: x\r\ndata: 1\r\n\r\nevent: y\rdata: 2\r\r", 1) == texts{"x|1", "y|2"}));
    BOOST_TEST((data_of("id: 7\nretry: 10\nevent: nothing\n\n: comment\ndata\n\n", 3) == texts{"message|"}));
    BOOST_TEST((data_of("data: never ended\n", 3) == texts{}));
}

BOOST_AUTO_TEST_SUITE_END()
