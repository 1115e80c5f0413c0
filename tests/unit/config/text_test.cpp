#include "config/interpolate.hpp"
#include "config/size.hpp"
#include "config/suggest.hpp"
#include "support/unit_test.hpp"

#include <optional>

namespace familiar::config {

BOOST_AUTO_TEST_SUITE(sizes)

BOOST_AUTO_TEST_CASE(are_read_as_docker_reads_them) {
    const std::vector<std::pair<std::string, std::uint64_t>> table{
        {"0", 0},
        {"1024", 1024},
        {"1b", 1},
        {"1k", kibibyte},
        {"64kb", 64 * kibibyte},
        {"512m", 512 * mebibyte},
        {"25MiB", 25 * mebibyte},
        {"25mib", 25 * mebibyte},
        {"4g", 4 * gibibyte},
        {"1GiB", gibibyte},
        {"2T", 2 * tebibyte},
        {"16777215T", 16'777'215 * tebibyte},
        {"18446744073709551615", 18'446'744'073'709'551'615ULL},
    };
    for (const auto& [text, bytes] : table) BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(parse_size(text).value_or(404) == bytes);
        }
}

BOOST_AUTO_TEST_CASE(that_mean_nothing_or_do_not_fit_are_none) {
    for (const auto* text : {"", "m", "-1", "+1", " 1", "1 ", "1 m", "1.5g", "1x", "1mm", "1mi", "1ib", "1bb", "1MiBs",
                             "0x10", "18446744073709551616", "16777216T"})
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_size(text).has_value());
        }
}

BOOST_AUTO_TEST_CASE(are_shown_in_a_form_that_reads_back) {
    BOOST_TEST(size_to_text(0) == "0");
    BOOST_TEST(size_to_text(1000) == "1000");
    BOOST_TEST(size_to_text(1536) == "1536");
    BOOST_TEST(size_to_text(25 * mebibyte) == "25MiB");
    for (const auto bytes : {std::uint64_t{0}, std::uint64_t{999}, 3 * kibibyte, 5 * gibibyte, 1024 * tebibyte})
        BOOST_TEST(parse_size(size_to_text(bytes)).value() == bytes);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(interpolation)

const environment variables{{"NAME", "value"}, {"EMPTY", ""}, {"MONEY", "$5 ${NAME}"}, {"_a1", "x"}};

BOOST_AUTO_TEST_CASE(replaces_variables_and_defaults) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", ""},
        {"plain", "plain"},
        {"${NAME}", "value"},
        {"a${NAME}b${NAME}", "avaluebvalue"},
        {"${_a1}", "x"},
        {"${UNSET}", ""},
        {"${EMPTY}", ""},
        {"${UNSET:-default}", "default"},
        {"${EMPTY:-default}", "default"},
        {"${NAME:-default}", "value"},
        {"${UNSET:-}", ""},
        {"${UNSET:-a:-b}", "a:-b"},
        {"${UNSET:-https://host/path}", "https://host/path"},
        {"$$", "$"},
        {"$${NAME}", "${NAME}"},
        {"$$$$", "$$"},
        {"$NAME costs 5$", "$NAME costs 5$"},
        {"${MONEY}", "$5 ${NAME}"},
        {"}${NAME}}", "}value}"},
    };
    for (const auto& [text, expected] : table) BOOST_TEST_CONTEXT(text) {
            const auto done = interpolate(text, variables);
            BOOST_TEST(done.error == "");
            BOOST_TEST(done.text == expected);
        }
}

BOOST_AUTO_TEST_CASE(names_the_variables_that_have_neither_value_nor_default) {
    BOOST_TEST(
        interpolate("${A}${NAME}${EMPTY}${B:-x}${C:-}", variables).empty == (std::vector<std::string>{"A", "EMPTY"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_variable) {
    for (const auto* text :
         {"${", "${NAME", "a ${NAME b", "${}", "${1A}", "${A B}", "${A-b}", "${:-x}", "${A.B}", "${${A}}"})
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(interpolate(text, variables).error != "");
        }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(suggestions)

BOOST_AUTO_TEST_CASE(count_letters_that_differ_and_swapped_neighbours_once) {
    BOOST_TEST(edit_distance("", "") == 0U);
    BOOST_TEST(edit_distance("", "abc") == 3U);
    BOOST_TEST(edit_distance("abc", "") == 3U);
    BOOST_TEST(edit_distance("port", "prot") == 1U);
    BOOST_TEST(edit_distance("timeout", "timout") == 1U);
    BOOST_TEST(edit_distance("kitten", "sitting") == 3U);
}

BOOST_AUTO_TEST_CASE(find_the_word_that_was_meant) {
    const std::set<std::string> words{"max_agents", "queue_size", "max_wait", "port", "env"};
    const std::vector<std::pair<std::string, std::string>> table{
        {"max_agent", "max_agents"},
        {"maxAgents", "max_agents"},
        {"max-agents", "max_agents"},
        {"quene_size", "queue_size"},
        {"maxwait", "max_wait"},
        {"prot", "port"},
        {"Port", "port"},
        {"envs", "env"},
        {"colour", ""},
        {"p", ""},
        {"", ""},
        {std::string(1000, 'x'), ""},
    };
    for (const auto& [word, meant] : table) BOOST_TEST_CONTEXT(word) {
            BOOST_TEST(nearest(word, words) == meant);
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config
