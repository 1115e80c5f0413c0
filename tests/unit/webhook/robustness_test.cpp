// What both parsers have to live with, whoever sent it.
#include "core/surrogates.hpp"
#include "delivery.hpp"

#include <chrono>
#include <random>

using namespace familiar;
using namespace familiar::test;
using event::provider;

namespace {

struct sample {
    provider forge;
    std::string event_name;
    std::string body;
    std::string title;   ///< where a title stands, as a JSON pointer
    std::string path;    ///< and the repository's path
    std::string branch;  ///< and the source branch
};

const std::array<sample, 2> samples{
    {{provider::github, "pull_request", read_payload("github", "pull_request.opened"), "/pull_request/title",
      "/repository/full_name", "/pull_request/head/ref"},
     {provider::gitlab, "Merge Request Hook", read_payload("gitlab", "merge_request.open"), "/object_attributes/title",
      "/project/path_with_namespace", "/object_attributes/source_branch"}}};

webhook::parsed parse(const sample& from, const std::string& body) {
    return webhook::parse(from.forge, {.id = "delivery-1", .event_name = from.event_name}, body);
}

/// The payload with `raw` as the JSON of its title, escapes and all.
std::string with_raw_title(const sample& from, const std::string& raw) {
    auto body = with(from.body, from.title, "THE-TITLE");
    return body.replace(body.find("\"THE-TITLE\""), 11, raw);
}

std::string title_of(const sample& from, const std::string& raw) {
    return event_in(parse(from, with_raw_title(from, raw))).request.title;
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";

}  // namespace

BOOST_AUTO_TEST_SUITE(any_body)

BOOST_AUTO_TEST_CASE(what_is_no_json_object_is_a_bad_request) {
    const std::string deep(100'000, '[');
    for (const auto& from : samples)
        for (const auto& body : {std::string(), std::string("null"), std::string("[]"), std::string("\"text\""),
                                 std::string("5"), std::string("{"), std::string("{}{}"), std::string("{'a': 1}"),
                                 std::string("\xFF\xFE\0\0", 4), std::string("payload=%7B%7D"), deep})
            BOOST_TEST(is_bad_request(parse(from, body)));
}

BOOST_AUTO_TEST_CASE(a_bad_request_comes_before_the_event_is_looked_at) {
    BOOST_TEST(is_bad_request(webhook::parse(provider::github, {.id = "1", .event_name = "ping"}, "[]")));
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
    for (const auto& from : samples) {
        const auto nested = [&from](std::size_t depth) {
            return with_raw_title(from, "\"t\", \"more\": " + std::string(depth, '[') + std::string(depth, ']'));
        };
        BOOST_TEST(event_in(parse(from, nested(40))).request.title == "t");
        BOOST_TEST(is_bad_request(parse(from, nested(1'000))));
        BOOST_TEST(is_bad_request(parse(from, nested(1'000'000))));
    }
}

/// What costs its square by mistake takes minutes with so much; the bound only tells the two apart.
BOOST_AUTO_TEST_CASE(a_hundred_thousand_levels_and_megabytes_of_broken_text_cost_no_more_than_reading_them) {
    const auto repeat = [](std::string_view text, std::size_t times) {
        std::string all;
        all.reserve(text.size() * times);
        for (std::size_t at = 0; at < times; ++at) all += text;
        return all;
    };
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& from : samples) {
        const auto of_objects = repeat("{\"a\":", 100'000);
        for (const auto& body : {repeat("[", 100'000), repeat("[", 100'000) + repeat("]", 100'000), of_objects,
                                 of_objects + "1" + repeat("}", 100'000),
                                 with_raw_title(from, "\"t\", \"more\": " + of_objects + "1" + repeat("}", 100'000)),
                                 "{\"a\":\"" + repeat("\\ud83c", 500'000), repeat("\xFF", 5'000'000)})
            BOOST_TEST(is_bad_request(parse(from, body)));
        constexpr std::size_t many = 500'000;
        BOOST_TEST(title_of(from, '"' + repeat("\\ud83c", many) + '"').size() == many * replacement.size());
        BOOST_TEST(title_of(from, '"' + repeat("\xE9", many) + '"').size() == many * replacement.size());
    }
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(60)));
}

BOOST_AUTO_TEST_CASE(of_a_key_that_stands_twice_the_last_counts) {
    for (const auto& from : samples) BOOST_TEST(title_of(from, R"("first", "title": "second")") == "second");
}

BOOST_AUTO_TEST_CASE(a_body_of_megabytes_is_taken) {
    const std::string text(20'000'000, 'x');
    for (const auto& from : samples) BOOST_TEST(title_of(from, '"' + text + '"').size() == text.size());
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_payload_is_a_bad_request) {
    for (const auto& from : samples) {
        const auto body = from.body.substr(0, from.body.find_last_of('}') + 1);
        for (std::size_t length = 0; length < body.size(); length += 7)
            BOOST_TEST(is_bad_request(parse(from, body.substr(0, length))));
    }
}

BOOST_AUTO_TEST_CASE(changed_bytes_never_throw) {
    std::mt19937 random(20260131);
    for (const auto& from : samples) {
        for (int round = 0; round < 3'000; ++round) {
            auto body = from.body;
            for (int change = 0; change < 1 + round % 4; ++change)
                body[random() % body.size()] = static_cast<char>(random() % 256);
            BOOST_CHECK_NO_THROW(parse(from, body));
        }
    }
}

BOOST_AUTO_TEST_CASE(any_field_of_any_type_never_throws) {
    const std::vector<boost::json::value> odd{
        nullptr, true, -1, 1e300, "", "text", boost::json::array{1}, boost::json::object{}};
    const auto try_each = [&](const sample& from, auto&& self, boost::json::value& whole,
                              boost::json::value& place) -> void {
        if (!place.is_object()) return;
        for (auto& member : place.as_object()) {
            const auto kept = member.value();
            for (const auto& value : odd) {
                member.value() = value;
                BOOST_CHECK_NO_THROW(parse(from, boost::json::serialize(whole)));
            }
            member.value() = kept;
            self(from, self, whole, member.value());
        }
    };
    for (const auto& from : samples) {
        auto whole = boost::json::parse(from.body);
        try_each(from, try_each, whole, whole);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(broken_text)

BOOST_AUTO_TEST_CASE(a_lone_surrogate_becomes_the_replacement_character) {
    for (const auto& from : samples) {
        BOOST_TEST(title_of(from, R"("cut \ud83c")") == "cut " + std::string(replacement));
        BOOST_TEST(title_of(from, R"("cut \udf00 off")") == "cut " + std::string(replacement) + " off");
        BOOST_TEST(title_of(from, R"("\ud83c\ud83c\udf00")") == std::string(replacement) + "\xF0\x9F\x8C\x80");
        BOOST_TEST(title_of(from, R"("\ud83c\n")") == std::string(replacement) + "\n");
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_become_the_replacement_character) {
    for (const auto& from : samples) {
        BOOST_TEST(title_of(from, "\"caf\xE9\"") == "caf" + std::string(replacement));
        BOOST_TEST(title_of(from, "\"\xED\xA0\xBC\"") ==
                   std::string(replacement) + std::string(replacement) + std::string(replacement));
    }
}

BOOST_AUTO_TEST_CASE(a_nul_in_a_text_stays) {
    for (const auto& from : samples) BOOST_TEST(title_of(from, R"("a\u0000b")") == std::string("a\0b", 3));
}

BOOST_AUTO_TEST_CASE(pairs_and_escaped_backslashes_are_left_alone) {
    for (const std::string text :
         {R"("\ud83c\udf00")", R"("\\ud83c")", R"("\\\\ud83c")", R"("\uD7FF\ue000")", R"("\u12")", R"("\)"})
        BOOST_TEST(core::replace_lone_surrogates(text) == text);
    BOOST_TEST(core::replace_lone_surrogates(R"("\\\uD83c")") == R"("\\\ufffd")");
    BOOST_TEST(core::replace_lone_surrogates(R"("\ud83c\\udf00")") == R"("\ufffd\\udf00")");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(names_that_become_paths_and_arguments)

BOOST_AUTO_TEST_CASE(a_repository_path_is_held_to_what_forges_allow) {
    for (const auto& from : samples) {
        auto field = from.path.substr(1);
        std::replace(field.begin(), field.end(), '/', '.');
        for (const auto& path :
             {std::string(), std::string("widgets"), std::string("/acme/widgets"), std::string("acme/widgets/"),
              std::string("acme//widgets"), std::string("acme/.."), std::string("../widgets"), std::string("acme/."),
              std::string("acme/wid gets"), std::string("acme/widgets.git"), std::string("acme.git/widgets"),
              std::string("acme/wid\\gets"), std::string("acme/w\nx"), std::string("acme/w?x=y"),
              std::string("acme/w%2e"), std::string("acme/w\0x", 8), std::string("user:pw@host/widgets"),
              std::string("acme/caf\xC3\xA9"), "acme/" + std::string(251, 'x')})
            BOOST_TEST(malformed_field(parse(from, with(from.body, from.path, path))) == field);
        for (const std::string path : {"a/b", "acme-1/wid.gets_2", "acme/.github", "acme/-", "acme/...", "Acme/gitgit"})
            BOOST_TEST(event_in(parse(from, with(from.body, from.path, path))).repo.path == path);
    }
}

BOOST_AUTO_TEST_CASE(only_gitlab_has_more_than_two_segments) {
    BOOST_TEST(malformed_field(parse(samples[0], with(samples[0].body, samples[0].path, "a/b/c"))) ==
               "repository.full_name");
    std::string deep = "a";
    for (int segment = 0; segment < 22; ++segment) deep += "/a";
    BOOST_TEST(malformed_field(parse(samples[1], with(samples[1].body, samples[1].path, deep))) ==
               "project.path_with_namespace");
}

BOOST_AUTO_TEST_CASE(a_branch_is_held_to_what_git_takes) {
    for (const auto& from : samples) {
        auto field = from.branch.substr(1);
        std::replace(field.begin(), field.end(), '/', '.');
        for (const auto& name : {"--upload-pack=touch",
                                 "-f",
                                 "a b",
                                 "a..b",
                                 "a\nb",
                                 "a:b",
                                 "a~1",
                                 "a^",
                                 "a?",
                                 "a*",
                                 "[a",
                                 "a\\b",
                                 "a.lock",
                                 "a.lock/b",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 ".a",
                                 "a/.b",
                                 "a.",
                                 "@",
                                 "a@{b",
                                 "\x7F",
                                 "cut\xEF\xBF\xBD"})
            BOOST_TEST(malformed_field(parse(from, with(from.body, from.branch, name))) == field);
        for (const std::string name :
             {"main", "feature/spin-2", "renovate/boost-1.x", "a@b", "caf\xC3\xA9", "fix#12", "a.b"})
            BOOST_TEST(event_in(parse(from, with(from.body, from.branch, name))).request.source_branch == name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
