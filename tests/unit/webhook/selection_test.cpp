// Only what is asked for is read of a payload, which must make no difference to what comes of it.
#include "webhook/selection.hpp"

#include "delivery.hpp"
#include "support/whole_payload.hpp"

#include <filesystem>

using namespace familiar;
using namespace familiar::test;
namespace json = boost::json;
using event::provider;
using webhook::field;

namespace {

constexpr field author_fields[] = {{"name"}, {"id"}};
constexpr field page_fields[] = {{"title"}, {"author", author_fields}};

/// The text with what is wanted of it, or what is wrong with it.
std::string selected(std::string_view text, std::size_t deepest = 8) {
    boost::system::error_code failed;
    const auto value = webhook::read_selected(text, page_fields, deepest, {}, failed);
    return failed ? failed.message() : json::serialize(value);
}

std::string refusal(std::string_view text) {
    boost::system::error_code failed;
    json::parse(text, failed);
    BOOST_TEST_REQUIRE(failed.failed());
    return failed.message();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(selected_members)

BOOST_AUTO_TEST_CASE(they_are_there_in_their_order_and_others_are_not) {
    BOOST_TEST(
        selected(R"({"author":{"id":1,"name":"Ada","title":"Dr"},"more":{"title":"no"},"title":"T","name":"no"})") ==
        R"({"author":{"id":1,"name":"Ada"},"title":"T"})");
    BOOST_TEST(selected(R"({"more":[{"title":"no"},["title",{}]],"titl":1,"titles":2})") == "{}");
    BOOST_TEST(selected("{}") == "{}");
}

BOOST_AUTO_TEST_CASE(a_value_of_any_type_is_taken_as_it_is) {
    for (const std::string_view value : {"null", "true", "false", "0", "-1", "-9223372036854775808",
                                         "18446744073709551615", "1.5E0", "\"\"", "\"text\""})
        BOOST_TEST(selected(R"({"a":1,"title":)" + std::string(value) + R"(,"b":[2]})") ==
                   R"({"title":)" + std::string(value) + "}");
}

BOOST_AUTO_TEST_CASE(an_object_or_an_array_of_which_nothing_is_read_is_there_and_empty) {
    BOOST_TEST(selected(R"({"title":{"title":1,"author":{"name":"no"}},"author":[{"name":"no"},[]]})") ==
               R"({"title":{},"author":[]})");
    BOOST_TEST(selected(R"({"author":{"name":["x"],"id":{"id":{}}},"title":[]})") ==
               R"({"author":{"name":[],"id":{}},"title":[]})");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_told_from_one) {
    for (const std::string_view value : {"null", "true", "5", "\"title\""}) BOOST_TEST(selected(value) == value);
    BOOST_TEST(selected(R"([{"title":"no"}])") == "[]");
}

BOOST_AUTO_TEST_CASE(a_key_is_known_by_its_meaning_however_it_is_written) {
    BOOST_TEST(selected(R"({"\u0074itle":1,"a\u0075tho\u0072":{"na\u006d\u0065":2,"\u0069d":3}})") ==
               R"({"title":1,"author":{"name":2,"id":3}})");
    BOOST_TEST(selected(R"({"ti\u0000tle":1,"\"title":2,"title\\":3,"":4,"\u0074itl":5,"x\u0079":{"\u0074itle":6}})") ==
               "{}");
}

BOOST_AUTO_TEST_CASE(the_last_of_equal_keys_counts_whatever_the_first_was) {
    BOOST_TEST(selected(R"({"title":1,"author":{"name":"Ada","id":1},"title":2,"author":{"name":"Bob"}})") ==
               R"({"title":2,"author":{"name":"Bob"}})");
    BOOST_TEST(selected(R"({"author":{"name":"Ada"},"author":null,"title":[1],"title":{}})") ==
               R"({"author":null,"title":{}})");
    BOOST_TEST(selected(R"({"author":"Ada","author":{"id":1,"id":2,"id":3}})") == R"({"author":{"id":3}})");
}

BOOST_AUTO_TEST_CASE(a_long_text_is_whole_with_its_escapes) {
    std::string raw;
    for (int count = 0; count < 5'000; ++count) raw += R"(a line of text\n\"\ud83c\udf00\")";
    const auto text = R"({"more":")" + raw + R"(","title":")" + raw + R"("})";
    boost::system::error_code failed;
    const auto value = webhook::read_selected(text, page_fields, 8, {}, failed);
    BOOST_TEST_REQUIRE(!failed);
    BOOST_TEST((value.at("title") == json::parse(text).at("title")));
    BOOST_TEST(value.as_object().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_passed_over_has_to_be_json_too) {
    for (const std::string_view text :
         {"", "{", R"({"more":)", R"({"more":tru})", R"({"more":[1,]})", R"({"more":[1})", R"({"more":{"a":01}})",
          R"({"more":{"a"}})", R"({"more":"\x"})", R"({"more":"\ud83c"})", "{\"more\":\"a\nb\"}",
          R"({"more":1e400000000000})", R"({"more":1}})", R"({"more":1} {})", R"({"more":1,})", R"({more:1})",
          R"({"more":/**/1})", R"({"title":"T)"})
        BOOST_TEST(selected(text) == refusal(text));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_let_pass) {
    BOOST_TEST(selected("{\"more\":\"\xFF\",\"title\":\"caf\xE9\"}") == "{\"title\":\"caf\xE9\"}");
}

BOOST_AUTO_TEST_CASE(nesting_counts_where_nothing_is_read_too) {
    const auto nested = [](std::size_t depth) {
        return R"({"more":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"title":1})";
    };
    BOOST_TEST(selected(nested(7)) == R"({"title":1})");
    BOOST_TEST(selected(nested(8)) == make_error_code(json::error::too_deep).message());
    BOOST_TEST(selected(R"({"author":{"name":{}}})", 3) == R"({"author":{"name":{}}})");
    BOOST_TEST(selected(R"({"author":{"name":{}}})", 2) == make_error_code(json::error::too_deep).message());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(payloads_read_whole_and_selected)

namespace {

struct sample {
    provider forge;
    std::string name;
    webhook::delivery origin;
    std::string body;
};

std::vector<sample> all_samples() {
    std::vector<sample> found;
    for (const auto forge : {provider::github, provider::gitlab}) {
        const auto folder = std::filesystem::path(FAMILIAR_TEST_DATA) / "webhook" / to_text(forge);
        for (const auto& file : std::filesystem::directory_iterator(folder)) {
            const auto name = file.path().stem().string();
            found.push_back({forge,
                             name,
                             {.id = "delivery-1", .event_name = name.substr(0, name.find('.'))},
                             read_payload(std::string(to_text(forge)), name)});
        }
    }
    return found;
}

/// Whether the two agree; what they said otherwise.
boost::test_tools::predicate_result same(const sample& from, const std::string& body) {
    const auto said = described(webhook::parse(from.forge, from.origin, body));
    const auto expected = described(parse_whole(from.forge, from.origin, body));
    if (said == expected) return true;
    boost::test_tools::predicate_result no(false);
    no.message() << from.name << "\n  selected: " << said << "\n  whole:    " << expected;
    return no;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_sample_is_the_same_event_or_ignored_for_the_same_reason) {
    const auto samples = all_samples();
    BOOST_TEST(samples.size() > 40u);
    for (const auto& from : samples) BOOST_TEST(same(from, from.body));
}

/// A field that is asked for and passed over is absent to who asks: with a value that does not fit it would be
/// malformed.
BOOST_AUTO_TEST_CASE(no_field_of_any_sample_makes_a_difference_whatever_is_in_it) {
    const std::vector<json::value> odd{-1, "", json::object{{"id", "x"}}};
    const auto try_each = [&](const sample& from, auto&& self, json::value& whole, json::value& place) -> void {
        if (!place.is_object()) return;
        for (auto& member : place.as_object()) {
            const auto kept = member.value();
            for (const auto& value : odd) {
                member.value() = value;
                BOOST_TEST(same(from, json::serialize(whole)));
            }
            member.value() = kept;
            self(from, self, whole, member.value());
        }
    };
    for (const auto& from : all_samples()) {
        if (!std::holds_alternative<event::event>(webhook::parse(from.forge, from.origin, from.body))) continue;
        auto whole = json::parse(from.body);
        try_each(from, try_each, whole, whole);
    }
}

BOOST_AUTO_TEST_CASE(a_broken_body_is_refused_in_the_same_words) {
    for (const auto& from : all_samples()) {
        for (std::size_t length = 0; length < from.body.size(); length += 97)
            BOOST_TEST(same(from, from.body.substr(0, length)));
        for (const std::string more : {"}", "{}", "\xFF", " null"}) BOOST_TEST(same(from, from.body + more));
    }
}

BOOST_AUTO_TEST_SUITE_END()
