#include "observe/redact.hpp"

#include "support/unit_test.hpp"

#include <random>

using namespace familiar;
using observe::redacted;

namespace {

struct with_secrets {
    with_secrets() {
        observe::redact(core::secret("s3cr/t+value?"));
        observe::redact(core::secret("quo\"ted\\secret"));
        observe::redact(core::secret("-----BEGIN KEY-----\nAAAABBBBCCCCDDDDEEEE\nshort\n-----END KEY-----\n"));
        observe::redact(core::secret("abc"));
        observe::redact(core::secret("prefix-secret"));
        observe::redact(core::secret("prefix-secret-and-more"));
    }
};

/// `text` broken into lines as `base64` does it.
std::string wrapped(const std::string& text, std::size_t width, const std::string& line_end = "\n") {
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += width) lines += text.substr(at, width) + line_end;
    return lines;
}

/// What comes out if `text` goes in by pieces of this size.
std::string streamed(const std::string& text, std::size_t size) {
    observe::redacting_stream stream;
    std::string shown;
    for (std::size_t at = 0; at < text.size(); at += size)
        shown += stream.feed(std::string_view(text).substr(at, size));
    return shown + stream.finish();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redaction, with_secrets)

BOOST_AUTO_TEST_CASE(a_secret_is_replaced_wherever_it_stands_and_however_often) {
    BOOST_TEST(redacted("s3cr/t+value? and xs3cr/t+value?x") == "*** and x***x");
}

BOOST_AUTO_TEST_CASE(text_without_a_secret_stays_as_it_is) {
    BOOST_TEST(redacted("s3cr/t+valu and nothing") == "s3cr/t+valu and nothing");
    BOOST_TEST(redacted("").empty());
}

BOOST_AUTO_TEST_CASE(what_a_search_does_not_find_is_shown_as_it_is) {
    const observe::secret_search search;
    BOOST_TEST(!search.may_be_in(""));
    BOOST_TEST(!search.may_be_in("s3cr/t+valu and prefix-secre"));
    BOOST_TEST(search.may_be_in("s3cr/t+value?"));
    BOOST_TEST(search.may_be_in("as3cr/t+value?z"));

    // Any mixture of what secrets are made of: the search says no only where a stream would hide nothing.
    const std::vector<std::string> pieces{
        "s3cr/t+",  "value?", "quo\"",   "ted\\secret", "ted\\\\secret", "AAAABBBBCCCC",
        "DDDDEEEE", "prefix", "-secret", "-and-more",   "%2F",           "\n",
        " ",        "x"};
    std::mt19937 random(7);
    std::size_t hidden = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto left = random() % 6; left > 0; --left) text += pieces[random() % pieces.size()];
        const auto shown = streamed(text, 3);
        BOOST_TEST_INFO(text);
        BOOST_REQUIRE(redacted(text) == shown);
        BOOST_REQUIRE((shown == text || search.may_be_in(text)));
        hidden += shown == text ? 0 : 1;
    }
    BOOST_TEST(hidden > 500);
}

BOOST_AUTO_TEST_CASE(the_url_encoded_form_is_known_in_both_cases) {
    BOOST_TEST(redacted("?token=s3cr%2Ft%2Bvalue%3F&x") == "?token=***&x");
    BOOST_TEST(redacted("?token=s3cr%2ft%2bvalue%3f&x") == "?token=***&x");
}

BOOST_AUTO_TEST_CASE(the_ways_in_which_the_usual_programs_encode_are_known) {
    observe::redact(core::secret("pass word/<a>&'b'"));
    for (const auto* shown : {
             "pass%20word%2F%3Ca%3E%26%27b%27",      // curl, git
             "pass%20word/%3Ca%3E%26%27b%27",        // Python's quote()
             "pass%20word%2F%3Ca%3E%26'b'",          // encodeURIComponent()
             "pass+word%2F%3Ca%3E%26%27b%27",        // a form
             "pass word/\\u003ca\\u003e\\u0026'b'",  // Go's JSON
             "pass word\\/<a>&'b'",                  // PHP's JSON
         })
        BOOST_TEST(redacted(shown) == "***", shown);
}

BOOST_AUTO_TEST_CASE(the_json_escaped_form_is_known) {
    BOOST_TEST(redacted(R"({"token":"quo\"ted\\secret"})") == R"({"token":"***"})");
}

BOOST_AUTO_TEST_CASE(a_basic_credential_does_not_show_the_secret_at_any_alignment) {
    for (const auto* user : {"", "x", "ab", "x-access-token", "oauth2"}) {
        const auto credential = core::to_base64(std::string(user) + ":s3cr/t+value?");
        const auto shown = redacted("Authorization: Basic " + credential);
        BOOST_TEST_INFO(shown);
        BOOST_TEST(shown.find("***") != std::string::npos);
        // What is left of the secret is less than one of its characters on each side.
        const auto left = shown.substr(shown.find("***") + 3);
        BOOST_TEST(left.size() <= 4);
    }
}

BOOST_AUTO_TEST_CASE(the_url_safe_base_64_form_is_known) {
    auto encoded = core::to_base64("s3cr/t+value?");
    for (auto& character : encoded) character = character == '+' ? '-' : character == '/' ? '_' : character;
    BOOST_TEST(redacted(encoded).starts_with("***"));
}

BOOST_AUTO_TEST_CASE(a_long_line_of_a_key_is_a_secret_and_a_short_one_is_not) {
    BOOST_TEST(redacted("AAAABBBBCCCCDDDDEEEE") == "***");
    BOOST_TEST(redacted("short -----BEGIN KEY-----") == "short -----BEGIN KEY-----");
}

BOOST_AUTO_TEST_CASE(a_very_short_secret_does_not_blank_out_ordinary_text) {
    BOOST_TEST(redacted("abc") == "abc");
}

BOOST_AUTO_TEST_CASE(a_secret_that_begins_with_another_one_leaves_no_rest) {
    BOOST_TEST(redacted("prefix-secret-and-more prefix-secret") == "*** ***");
}

BOOST_AUTO_TEST_CASE(secrets_that_overlap_in_the_text_are_hidden_together) {
    observe::redact(core::secret("overlap-one-two"));
    observe::redact(core::secret("two-three-four"));
    observe::redact(core::secret("one-two-three-four-five"));
    BOOST_TEST(redacted("<overlap-one-two-three-four>") == "<***>");
    BOOST_TEST(redacted("<overlap-one-two-three-four-five>") == "<***>");
    BOOST_TEST(redacted("<overlap-one-two-three-five>") == "<***-three-five>");
}

BOOST_AUTO_TEST_CASE(base_64_in_lines_is_known_wherever_its_secret_begins_and_ends) {
    const std::string secret = "a-secret-that-is-long-enough-for-two-lines-of-base-64,-and-then-some-more-of-it";
    observe::redact(core::secret(secret));
    for (const std::size_t width : {64u, 76u})
        for (const auto* line_end : {"\n", "\r\n"})
            for (std::size_t before = 0; before < 120; ++before) {
                const auto encoded = core::to_base64(std::string(before, '?') + secret + std::string(100, '!'));
                const auto text = wrapped(encoded, width, line_end);
                const auto shown = redacted(text);
                BOOST_TEST_INFO(text);
                BOOST_TEST_INFO(shown);
                std::string joined;
                for (const char byte : shown)
                    if (byte != '\n' && byte != '\r') joined += byte;
                const auto mark = joined.find("***");
                BOOST_REQUIRE(mark != std::string::npos);
                // Before and behind it is what was there before and behind the secret, but for a character at each end.
                BOOST_TEST(encoded.starts_with(joined.substr(0, mark)));
                BOOST_TEST(mark <= before * 8 / 6 + 1);
                BOOST_TEST(encoded.ends_with(joined.substr(mark + 3)));
                BOOST_TEST(encoded.size() - (joined.size() - mark - 3) >= (before + secret.size()) * 8 / 6);
                for (const std::size_t size : {1u, 3u, 77u}) BOOST_TEST(streamed(text, size) == shown);
            }
}

BOOST_AUTO_TEST_CASE(lines_that_are_no_wrapped_base_64_are_not_joined) {
    const auto encoded = core::to_base64("s3cr/t+value?");
    const auto text = encoded.substr(0, 9) + "\n" + encoded.substr(9);
    BOOST_TEST(redacted(text) == text);
}

BOOST_AUTO_TEST_CASE(a_secret_is_found_wherever_the_pieces_of_a_stream_end) {
    const std::string text =
        "one s3cr/t+value? two s3cr%2Ft%2Bvalue%3F prefix-secret prefix-secret-and-more prefix-sec";
    const auto whole = redacted(text);
    BOOST_TEST(whole == "one *** two *** *** *** prefix-sec");
    for (std::size_t size = 1; size <= text.size(); ++size) BOOST_TEST(streamed(text, size) == whole);
}

BOOST_AUTO_TEST_CASE(nothing_is_held_back_but_what_may_begin_a_secret) {
    observe::redacting_stream stream;
    BOOST_TEST(stream.feed("plain text\n") == "plain text\n");
    BOOST_TEST(stream.feed("waiting for s3cr/") == "waiting for ");
    BOOST_TEST(stream.feed("t+val") == "");
    BOOST_TEST(stream.feed("!") == "s3cr/t+val!");
    BOOST_TEST(stream.feed("prefix-secre") == "");
    BOOST_TEST(stream.feed("t ") == "*** ");
    BOOST_TEST(stream.feed("prefix-secret") == "");  // more may follow, of a longer one
    BOOST_TEST(stream.feed("-and-more.") == "***.");
    BOOST_TEST(stream.feed("s3cr/t+value") == "");
    BOOST_TEST(stream.finish() == "s3cr/t+value");
    BOOST_TEST(stream.finish() == "");
}

BOOST_AUTO_TEST_CASE(a_stream_learns_of_a_new_secret_in_its_middle) {
    observe::redacting_stream stream;
    BOOST_TEST(stream.feed("learnt-later ") == "learnt-later ");
    BOOST_TEST(stream.feed("prefix-se") == "");
    observe::redact(core::secret("prefix-seldom"));
    observe::redact(core::secret("learnt-later"));
    BOOST_TEST(stream.feed("ldom learnt-later.") == "*** ***.");
    BOOST_TEST(stream.finish() == "");
}

BOOST_AUTO_TEST_CASE(no_form_is_left_in_random_text_whatever_its_pieces) {
    std::mt19937 random(20260101);
    const auto any = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    // Few letters, so that beginnings of secrets and secrets within secrets are frequent.
    const std::vector<std::string> secrets{"xyxyxy", "yxyxyxyx", "xxyxxyxxy", "xyxxyxyyx", "yyyyyyxy"};
    for (const auto& secret : secrets) observe::redact(core::secret(secret));
    for (int round = 0; round < 300; ++round) {
        std::string text;
        while (text.size() < 200)
            text += any(4) == 0 ? secrets[any(secrets.size())] : any(8) == 0 ? "\n" : any(2) == 0 ? "x" : "y";
        observe::redacting_stream stream;
        std::string shown;
        for (std::size_t at = 0; at < text.size();) {
            const auto size = 1 + any(20);
            shown += stream.feed(std::string_view(text).substr(at, size));
            at += size;
        }
        shown += stream.finish();
        BOOST_TEST(shown == redacted(text));
        for (const auto& secret : secrets) BOOST_TEST(shown.find(secret) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_text_that_nearly_is_a_long_secret_all_the_time_takes_no_longer_for_it) {
    observe::redact(core::secret(std::string(20'000, 'n') + "!"));
    const std::string text(4'000'000, 'n');
    BOOST_TEST((streamed(text, 65536) == text));
}

BOOST_AUTO_TEST_CASE(what_was_issued_for_a_while_is_hidden_as_long_as_it_is_among_the_latest) {
    observe::redact_issued(core::secret("issued-first"));
    observe::redact_issued(core::secret("issued-second"));
    for (int i = 0; i < 255; ++i) observe::redact_issued(core::secret("issued-more-" + std::to_string(i)));
    BOOST_TEST(redacted("issued-first issued-second issued-more-0") == "issued-first *** ***");
    observe::redact_issued(core::secret("issued-second"));
    observe::redact_issued(core::secret("issued-last"));
    BOOST_TEST(redacted("issued-second issued-more-0 issued-last") == "*** issued-more-0 ***");
}

BOOST_AUTO_TEST_SUITE_END()
