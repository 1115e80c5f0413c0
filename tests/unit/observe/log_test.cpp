#include "observe/log.hpp"

#include "core/time.hpp"
#include "observe/bug.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <csignal>
#include <limits>
#include <stdexcept>
#include <thread>

using namespace familiar;
using namespace std::chrono_literals;
using observe::level;
using observe::log_format;

namespace familiar::observe {

std::ostream& operator<<(std::ostream& out, log_format format) {
    return out << (format == log_format::json ? "json" : "logfmt");
}

}  // namespace familiar::observe

namespace {

/// Lines are kept off stderr, and the log is afterwards as it is by default.
struct quiet {
    ~quiet() { observe::configure_log(level::info, log_format::logfmt); }
    observe::log_capture log;

    /// The one line, without its time.
    std::string line() const {
        const auto lines = log.lines();
        BOOST_REQUIRE_EQUAL(lines.size(), 1);
        return lines.front().substr(lines.front().find(" level="));
    }
    boost::json::object object() const {
        const auto lines = log.lines();
        BOOST_REQUIRE_EQUAL(lines.size(), 1);
        return boost::json::parse(lines.front()).as_object();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(logging, quiet)

BOOST_AUTO_TEST_CASE(a_line_is_logfmt_with_time_level_message_and_fields) {
    observe::info("started", {{"job", "01h"}, {"attempt", 2}, {"share", 0.5}, {"pushed", true}, {"took", 1500ms}});
    BOOST_TEST(line() == " level=info msg=started job=01h attempt=2 share=0.5 pushed=true took=1s500ms");
    const auto whole = log.lines().front();
    const auto time = core::parse_time(whole.substr(3, whole.find(' ') - 3));
    BOOST_REQUIRE(time.has_value());
    BOOST_TEST(std::chrono::abs(core::now() - *time) < 1min);
}

BOOST_AUTO_TEST_CASE(values_with_blanks_quotes_backslashes_or_nothing_in_them_are_quoted) {
    observe::warning("two words", {{"empty", ""}, {"quote", "a\"b"}, {"path", "a\\b"}, {"pair", "a=b"}});
    BOOST_TEST(line() == R"( level=warning msg="two words" empty="" quote="a\"b" path="a\\b" pair="a=b")");
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line_whatever_it_holds) {
    observe::error("a\nb\r\x1b[31mred", {{"field", std::string("nul\0end", 7)}});
    BOOST_TEST(line() == R"( level=error msg="a\\nb\\r\\x1b[31mred" field="nul\\x00end")");
}

BOOST_AUTO_TEST_CASE(json_lines_parse_and_keep_the_types_of_numbers) {
    observe::configure_log(level::info, log_format::json);
    observe::error("a \"quote\"\n\x80", {{"count", std::size_t{3}},
                                         {"share", 0.25},
                                         {"on", false},
                                         {"text", "5"},
                                         {"endless", std::numeric_limits<double>::infinity()}});
    const auto shown = object();
    BOOST_TEST(shown.at("level").as_string() == "error");
    BOOST_TEST(shown.at("msg").as_string() == "a \"quote\"\\n\\x80");
    BOOST_TEST(shown.at("count").as_int64() == 3);
    BOOST_TEST(shown.at("share").as_double() == 0.25);
    BOOST_TEST(shown.at("on").as_bool() == false);
    BOOST_TEST(shown.at("text").as_string() == "5");
    BOOST_TEST(shown.at("endless").as_string() == "inf");
    BOOST_TEST(core::parse_time(std::string(shown.at("ts").as_string())).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_logged) {
    observe::debug("unseen by default");
    observe::configure_log(level::warning, log_format::logfmt);
    observe::info("unseen");
    observe::warning("seen");
    observe::configure_log(level::debug, log_format::logfmt);
    observe::debug("seen too");
    BOOST_TEST(log.lines().size() == 2);
    BOOST_TEST(log.contains("msg=seen"));
    BOOST_TEST(log.contains("level=debug msg=\"seen too\""));
    BOOST_TEST(!log.contains("unseen"));
}

BOOST_AUTO_TEST_CASE(a_secret_is_shown_neither_in_the_message_nor_in_a_field) {
    observe::redact(core::secret("log-secret-value"));
    observe::info("with log-secret-value", {{"url", "https://x:log-secret-value@host"}});
    BOOST_TEST(line() == " level=info msg=\"with ***\" url=https://x:***@host");
}

BOOST_AUTO_TEST_CASE(what_a_line_is_about_comes_first) {
    const observe::fields about{{"job", "01h"}, {"repository", "github/acme/app"}};
    observe::info("agent started", about, {{"attempt", 2}});
    BOOST_TEST(line() == " level=info msg=\"agent started\" job=01h repository=github/acme/app attempt=2");
}

BOOST_DATA_TEST_CASE(nobody_outside_can_shape_a_line,
                     boost::unit_test::data::make({log_format::logfmt, log_format::json})) {
    observe::redact(core::secret("tok/en+\"of\\log"));
    observe::configure_log(level::debug, sample);
    struct row {
        std::string given;
        std::string shown;  ///< before quotes and backslashes are escaped
    };
    const std::vector<row> rows{
        {"\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"},
        {"a\nts=2026 level=error msg=forged", "a\\nts=2026 level=error msg=forged"},
        {"back\b\b\rover", "back\\x08\\x08\\rover"},
        {"\xe2\x80\xaegnp.exe", "\\u202egnp.exe"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"},
        {"\xff\xc3(", "\\xff\\xc3("},
        {std::string("nul\0end", 7), "nul\\x00end"},
        {"tok/en+\"of\\log", "***"},
        {"https://x-access-token:tok%2Fen%2B%22of%5Clog@host/a.git", "https://x-access-token:***@host/a.git"},
        {R"({"token":"tok/en+\"of\\log"})", R"({"token":"***"})"},
    };
    for (const auto& [given, shown] : rows) {
        std::string escaped;
        for (const char byte : shown)
            escaped += byte == '"' || byte == '\\' ? std::string{'\\', byte} : std::string{byte};
        const observe::log_capture one;
        observe::error(given, observe::fields{{"about", given}}, {{"field", given}});
        try {
            throw std::runtime_error(given);
        } catch (...) {
            observe::log_bug("of " + given, std::current_exception());
        }
        const auto lines = one.lines();
        BOOST_REQUIRE(lines.size() == 2u);
        for (const auto& written : lines) {
            BOOST_TEST_INFO(written);
            std::size_t count = 0;
            for (auto at = written.find(escaped); at != std::string::npos; at = written.find(escaped, at + 1)) ++count;
            // What an exception says ends at a NUL.
            const std::size_t in_bug = given.find('\0') == std::string::npos ? 2 : 1;
            BOOST_TEST(count == (&written == &lines.front() ? 3u : in_bug));
            BOOST_TEST(observe::escape_control(written) == written);
            if (sample == log_format::json) {
                const auto parsed = boost::json::parse(written).as_object();
                BOOST_TEST(parsed.size() == (&written == &lines.front() ? 5u : 4u));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_stay_whole) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([thread] {
            for (int at = 0; at < 50; ++at) {
                observe::redact(core::secret("thread-secret-" + std::to_string(thread)));
                observe::info("event", {{"thread", thread}, {"text", std::string(200, 'x')}});
            }
        });
    for (auto& thread : threads) thread.join();
    const auto lines = log.lines();
    BOOST_TEST(lines.size() == 200);
    for (const auto& line : lines) BOOST_TEST(line.ends_with(std::string(200, 'x')));
}

BOOST_AUTO_TEST_CASE(configuring_the_log_makes_sigpipe_harmless) {
    std::signal(SIGPIPE, SIG_DFL);
    observe::configure_log(level::info, log_format::logfmt);
    BOOST_TEST((std::signal(SIGPIPE, SIG_IGN) == SIG_IGN));
}

BOOST_AUTO_TEST_SUITE_END()
