#include "app/doctor_report.hpp"

#include "observe/redact.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

using namespace familiar;
using namespace familiar::app::checkup;

namespace {

const std::vector<entry> mixed{{"git", {verdict::ok, "git version 2.39.5", ""}},
                               {"user", {verdict::warn, "uid 0", "run it as the server's user"}},
                               {"agents.image", {verdict::fail, "none", "build it"}},
                               {"agents.auth_dir", {verdict::skip, "it is not set", ""}},
                               {"logging.dir", {verdict::ok, "/var/log", ""}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(doctor_report)

BOOST_AUTO_TEST_CASE(a_line_says_how_it_is_and_what_to_do) {
    BOOST_TEST(to_line(mixed[0]) == "ok    git: git version 2.39.5");
    BOOST_TEST(to_line(mixed[1]) == "warn  user: uid 0; run it as the server's user");
    BOOST_TEST(to_line(mixed[2]) == "fail  agents.image: none; build it");
    BOOST_TEST(to_line(mixed[3]) == "skip  agents.auth_dir: it is not set");
}

BOOST_AUTO_TEST_CASE(a_line_is_one_line_whatever_a_program_said) {
    const auto line = to_line({"git", {verdict::fail, "one\ntwo\x1b[31m", ""}});
    BOOST_TEST(line.find('\n') == line.npos);
    BOOST_TEST(line.find('\x1b') == line.npos);
}

BOOST_AUTO_TEST_CASE(no_form_of_the_report_shows_a_secret) {
    observe::redact(core::secret("a-secret-of-the-report"));
    const entry one{"git", {verdict::fail, "refused a-secret-of-the-report", "not a-secret-of-the-report"}};
    BOOST_TEST(to_line(one).find("a-secret") == std::string::npos);
    BOOST_TEST(boost::json::serialize(to_json({one})).find("a-secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_summary_counts_each_kind) {
    BOOST_TEST(summary(mixed) == "2 ok, 1 warning, 1 failure, 1 skipped");
    BOOST_TEST(summary({}) == "0 ok, 0 warnings, 0 failures, 0 skipped");
}

BOOST_AUTO_TEST_CASE(only_a_failure_is_one) {
    BOOST_TEST(has_failed(mixed));
    BOOST_TEST(!has_failed({mixed[0], mixed[1], mixed[3]}));
    BOOST_TEST(!has_failed({}));
}

BOOST_AUTO_TEST_CASE(programs_read_the_same) {
    BOOST_TEST(boost::json::serialize(to_json({mixed[0], mixed[2]})) ==
               R"([{"check":"git","status":"ok","detail":"git version 2.39.5","hint":""},)"
               R"({"check":"agents.image","status":"fail","detail":"none","hint":"build it"}])");
}

BOOST_AUTO_TEST_SUITE_END()
