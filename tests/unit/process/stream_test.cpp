#include "process/line_splitter.hpp"
#include "process/run.hpp"
#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <stdexcept>

using namespace familiar;
using namespace familiar::test;
using core::errc;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

core::result<process::output> stream(process::command what, process::limits within, lines& into) {
    return run_coroutine(
        process::stream(std::move(what), within, [&](std::string_view line) { into.emplace_back(line); }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(splitting)

BOOST_AUTO_TEST_CASE(pieces_become_lines) {
    struct row {
        lines pieces;
        lines expected;
    };
    const std::vector<row> rows{
        {{}, {}},
        {{"a\nb\n"}, {"a", "b"}},
        {{"a\n\nb"}, {"a", "", "b"}},
        {{"a", "b", "\n", "c"}, {"ab", "c"}},
        {{"\n"}, {""}},
        {{"12345\n"}, {"12345"}},
        {{"12345", "\n", "6\n"}, {"12345", "6"}},
        {{"123456\n7"}, {"12345", "6", "7"}},
        {{"1234567890", "12\n"}, {"12345", "67890", "12"}},
    };
    for (const auto& [pieces, expected] : rows) {
        lines got;
        process::line_splitter splitter([&](std::string_view line) { got.emplace_back(line); }, 5);
        for (const auto& piece : pieces) splitter.feed(piece);
        splitter.finish();
        BOOST_TEST(got == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(streaming, no_leftovers)

BOOST_AUTO_TEST_CASE(a_line_is_handed_over_before_the_child_goes_on) {
    const temporary_directory place;
    auto what = shell("echo ready; until [ -e seen ]; do sleep 0.02; done; echo done");
    what.directory = place.path();
    lines got;
    const auto ended = run_coroutine(process::stream(what, {.deadline = 30s}, [&](std::string_view line) {
        got.emplace_back(line);
        std::ofstream(place / "seen") << "\n";
    }));
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.success());
    BOOST_TEST(got == (lines{"ready", "done"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(standard_error_is_captured_beside_it) {
    lines got;
    const auto ended = stream(shell("echo a; printf b; echo c >&2; exit 7"), {}, got);
    BOOST_REQUIRE(ended);
    BOOST_TEST(got == (lines{"a", "b"}), boost::test_tools::per_element());
    BOOST_TEST(ended->out.empty());
    BOOST_TEST(ended->err == "c\n");
    BOOST_TEST(ended->status.code == 7);
}

BOOST_AUTO_TEST_CASE(many_lines_arrive_in_order) {
    lines got;
    const auto ended = stream({.argv = {"seq", "100000"}}, {}, got);
    BOOST_REQUIRE(ended);
    BOOST_REQUIRE(got.size() == 100000u);
    for (std::size_t i = 0; i < got.size(); ++i) BOOST_REQUIRE_EQUAL(got[i], std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(an_overlong_line_comes_in_bounded_pieces) {
    lines got;
    const auto ended = stream(shell("head -c 1000000 /dev/zero; echo; echo end"), {}, got);
    BOOST_REQUIRE(ended);
    std::size_t total = 0;
    for (const auto& line : got) {
        BOOST_TEST(line.size() <= process::max_line);
        total += line.size();
    }
    BOOST_TEST(total == 1000003u);
    BOOST_TEST(got.back() == "end");
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_stream_and_what_came_before_is_kept) {
    lines got;
    const auto ended = stream(shell("echo one; printf two; exec sleep 300"), {.deadline = 300ms}, got);
    BOOST_REQUIRE(!ended);
    BOOST_TEST(ended.error().code == make_error_code(errc::timed_out));
    BOOST_TEST(got == (lines{"one", "two"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_ends_the_child) {
    auto failing = process::stream(shell("echo a; exec sleep 300"), {.deadline = 0ms},
                                   [](std::string_view) { throw std::runtime_error("full"); });
    BOOST_CHECK_EXCEPTION(run_coroutine(std::move(failing)), std::runtime_error,
                          [](const std::runtime_error& thrown) { return std::string(thrown.what()) == "full"; });
}

BOOST_AUTO_TEST_CASE(chunks_are_the_bytes_as_they_are) {
    std::string got;
    const auto ended = run_coroutine(process::stream_chunks(shell("head -c 300000 /dev/zero; printf end"), {},
                                                            [&](std::string_view chunk) { got.append(chunk); }));
    BOOST_REQUIRE(ended);
    BOOST_TEST(got == std::string(300000, '\0') + "end");
}

BOOST_AUTO_TEST_SUITE_END()
