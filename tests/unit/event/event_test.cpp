#include "event/event.hpp"

#include "event/fields.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <limits>

using namespace familiar;
using event::action;
using event::kind;
using event::origin;
using event::provider;

namespace {

event::event full_event() {
    return {.what = action::commented,
            .delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            .repo = {.forge = provider::gitlab, .path = "acme/platform/widgets", .default_branch = "main"},
            .request = {.number = 7,
                        .title = "Teach \"widgets\" to spin \xF0\x9F\x8C\x80",
                        .description = "two\nlines",
                        .url = "https://gitlab.example.org/acme/platform/widgets/-/merge_requests/7",
                        .source_branch = "spin",
                        .target_branch = "main",
                        .head = std::string(40, 'a'),
                        .source_path = "mallory/widgets",
                        .head_origin = origin::fork,
                        .draft = true,
                        .author = {.login = "ada", .id = 101, .bot = false}},
            .sender = {.login = "renovate[bot]", .id = std::numeric_limits<std::int64_t>::max(), .bot = true},
            .note = event::comment{.id = 1244,
                                   .body = "@familiar please",
                                   .url = "https://gitlab.example.org/note",
                                   .file = "src/widget.cpp",
                                   .line = 21,
                                   .discussion = "6a9c"},
            .before = std::string(40, 'b')};
}

std::string text_of(const event::event& value) {
    return boost::json::serialize(event::to_json(value));
}

boost::json::object object_of(std::string_view text) {
    return boost::json::parse(std::string(text)).as_object();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_vocabulary)

BOOST_AUTO_TEST_CASE(a_full_event_survives_its_json) {
    const auto read = event::from_json(object_of(text_of(full_event())));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(text_of(*read) == text_of(full_event()));
    BOOST_TEST(read->sender.id == full_event().sender.id);
    BOOST_TEST(read->note->line == 21);
    BOOST_TEST((read->request.head_origin == origin::fork));
}

BOOST_AUTO_TEST_CASE(an_empty_event_survives_its_json) {
    const auto read = event::from_json(event::to_json({}));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(text_of(*read) == text_of({}));
    BOOST_TEST(!read->note.has_value());
}

BOOST_AUTO_TEST_CASE(the_json_is_what_agents_and_the_journal_read) {
    event::event value;
    value.repo.path = "acme/widgets";
    value.request.number = 7;
    BOOST_TEST(text_of(value) ==
               R"({"action":"opened","delivery":"","repository":{"provider":"github","path":"acme/widgets",)"
               R"("default_branch":""},"merge_request":{"number":7,"title":"","description":"","url":"",)"
               R"("source_branch":"","target_branch":"","head":"","source_path":"","origin":"unknown","draft":false,)"
               R"("author":{"login":"","id":0,"bot":false}},"sender":{"login":"","id":0,"bot":false},)"
               R"("comment":null,"before":""})");
}

BOOST_AUTO_TEST_CASE(a_field_that_is_missing_is_named) {
    for (const std::string name : {"action", "delivery", "repository", "merge_request", "sender", "before"}) {
        auto object = event::to_json(full_event());
        object.erase(name);
        const auto read = event::from_json(object);
        BOOST_TEST_REQUIRE(!read.has_value());
        BOOST_TEST((read.error().code == core::errc::invalid));
        BOOST_TEST(read.error().message.find("field " + name) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_field_of_another_type_is_named_with_its_path) {
    auto object = event::to_json(full_event());
    object["merge_request"].as_object()["author"].as_object()["id"] = "101";
    BOOST_TEST(event::from_json(object).error().message.ends_with("field merge_request.author.id"));

    object = event::to_json(full_event());
    object["repository"].as_object()["provider"] = "sourcehut";
    BOOST_TEST(event::from_json(object).error().message.ends_with("field repository.provider"));

    object = event::to_json(full_event());
    object["comment"].as_object()["line"] = 2.5;
    BOOST_TEST(event::from_json(object).error().message.ends_with("field comment.line"));

    object = event::to_json(full_event());
    object["comment"] = "text";
    BOOST_TEST(event::from_json(object).error().message.ends_with("field comment"));
}

BOOST_AUTO_TEST_CASE(names_read_back_as_what_they_name) {
    for (const auto forge : {provider::github, provider::gitlab})
        BOOST_TEST((event::parse_provider(event::to_text(forge)) == forge));
    for (const auto what : {kind::mr_opened, kind::mr_updated, kind::mr_comment, kind::mention})
        BOOST_TEST((event::parse_kind(event::to_text(what)) == what));
    BOOST_TEST(!event::parse_provider("GitHub").has_value());
    BOOST_TEST(!event::parse_kind("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_fields)

BOOST_AUTO_TEST_CASE(what_may_be_absent_is_empty_when_absent_or_null) {
    const auto object = object_of(R"({"null": null})");
    std::string fault;
    const event::fields in(object, fault);
    for (const auto name : {"null", "absent"}) {
        BOOST_TEST(in.maybe_text(name).empty());
        BOOST_TEST(in.maybe_number(name) == 0);
        BOOST_TEST(!in.maybe_flag(name));
        BOOST_TEST(!in.maybe_object(name).has_value());
    }
    BOOST_TEST(fault.empty());
}

BOOST_AUTO_TEST_CASE(another_type_does_not_fit_even_where_absence_does) {
    const auto object = object_of(R"({"array": []})");
    const auto fault_of = [&](auto read) {
        std::string fault;
        read(event::fields(object, fault));
        return fault;
    };
    BOOST_TEST(fault_of([](const auto& in) { in.maybe_text("array"); }) == "array");
    BOOST_TEST(fault_of([](const auto& in) { in.maybe_number("array"); }) == "array");
    BOOST_TEST(fault_of([](const auto& in) { in.maybe_flag("array"); }) == "array");
    BOOST_TEST(fault_of([](const auto& in) { in.maybe_object("array"); }) == "array");
}

BOOST_AUTO_TEST_CASE(the_first_fault_stays) {
    const auto object = object_of(R"({"head": {"sha": 1}})");
    std::string fault;
    const event::fields in(object, fault);
    in.object("head").text("sha");
    in.object("base").object("repo").text("full_name");
    BOOST_TEST(fault == "head.sha");
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_a_fault) {
    const auto object = object_of(R"({"id": 18446744073709551615})");
    std::string fault;
    BOOST_TEST(event::fields(object, fault).maybe_number("id") == 0);
    BOOST_TEST(fault == "id");
}

BOOST_AUTO_TEST_SUITE_END()
