#include "app/job_table.hpp"

#include "app/terminal_text.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <sstream>

using namespace familiar;

namespace {

const auto now = core::parse_time("2026-01-31T12:00:00Z").value();

boost::json::array jobs() {
    return boost::json::parse(R"([
        {"id":"01kgd5s4rvaaaaaaaaaaaaaaab","state":"queued","waiting_for":"merge_request","repository":"acme/widgets",
         "number":7,"event":"mr_updated","attempt":0,"created_at":"2026-01-31T11:59:55Z","outcome":null,"reason":null},
        {"id":"01kgd5s4rvaaaaaaaaaaaaaaaa","state":"running","waiting_for":null,
         "repository":"a-company-with-a-long-name/department/team/the-service-that-does-it-all","number":12345,
         "event":"mention","attempt":1,"created_at":"2026-01-31T11:48:00Z","outcome":null,"reason":null},
        {"id":"01kgd4yxgtbbbbbbbbbbbbbbbb","state":"interrupted","waiting_for":null,"repository":"acme/widgets",
         "number":8,"event":"mr_comment","attempt":3,"created_at":"2026-01-31T09:00:00Z","outcome":"interrupted",
         "reason":"the server was shut down while the agent ran\nand \u001b[31mmore"},
        {"id":"01kft0000tcccccccccccccccc","state":"succeeded","waiting_for":null,"repository":"acme/gadgets",
         "number":1,"event":"mr_opened","attempt":1,"created_at":"2026-01-24T12:00:00Z","outcome":"succeeded",
         "reason":null}])")
        .as_array();
}

boost::json::array apart() {
    auto list = jobs();
    list.erase(list.begin());
    return list;
}

std::size_t widest(const std::string& table) {
    std::istringstream lines(table);
    std::size_t most = 0;
    for (std::string line; std::getline(lines, line);) most = std::max(most, app::width_of(line));
    return most;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_table)

BOOST_AUTO_TEST_CASE(at_120_columns_shows_everything_and_shortens_what_is_long) {
    BOOST_TEST(app::job_table(apart(), 120, now) ==
               "ID          STATE        MERGE REQUEST                           EVENT       TRY  AGE  REMARK\n"
               "01kgd5s4rv  running      a-company-with-a-l…t-does-it-all#12345  mention     1    12m\n"
               "01kgd4yxgt  interrupted  acme/widgets#8                          mr_comment  3    3h   the server was "
               "shut down while t…\n"
               "01kft0000t  succeeded    acme/gadgets#1                          mr_opened   1    7d\n");
}

BOOST_AUTO_TEST_CASE(at_80_columns_keeps_all_columns_small) {
    BOOST_TEST(app::job_table(apart(), 80, now) ==
               "ID          STATE        MERGE REQUEST       EVENT       TRY  AGE  REMARK\n"
               "01kgd5s4rv  running      a-compan…all#12345  mention     1    12m\n"
               "01kgd4yxgt  interrupted  acme/widgets#8      mr_comment  3    3h   the server w…\n"
               "01kft0000t  succeeded    acme/gadgets#1      mr_opened   1    7d\n");
}

BOOST_AUTO_TEST_CASE(at_60_columns_leaves_out_what_matters_least) {
    BOOST_TEST(app::job_table(apart(), 60, now) ==
               "ID          STATE        MERGE REQUEST     AGE  REMARK\n"
               "01kgd5s4rv  running      a-compa…ll#12345  12m\n"
               "01kgd4yxgt  interrupted  acme/widgets#8    3h   the server …\n"
               "01kft0000t  succeeded    acme/gadgets#1    7d\n");
}

BOOST_AUTO_TEST_CASE(shows_as_much_of_an_id_as_tells_it_from_the_others_and_still_fits) {
    const auto table = app::job_table(jobs(), 60, now);
    BOOST_TEST_INFO(table);
    BOOST_TEST(table.find("01kgd5s4rvaaaaaaaaaaaaaaab") != std::string::npos);
    BOOST_TEST(table.find("01kgd5s4rvaaaaaaaaaaaaaaaa") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_never_wider_than_the_terminal) {
    for (std::size_t width = 60; width <= 200; ++width) {
        BOOST_TEST_INFO(width);
        BOOST_TEST(widest(app::job_table(jobs(), width, now)) <= width);
        BOOST_TEST(widest(app::job_table(apart(), width, now)) <= width);
    }
}

BOOST_AUTO_TEST_CASE(takes_no_more_room_than_it_needs) {
    auto list = jobs();
    list.resize(1);
    BOOST_TEST(app::job_table(list, 200, now) ==
               "ID          STATE   MERGE REQUEST   EVENT       TRY  AGE  REMARK\n"
               "01kgd5s4rv  queued  acme/widgets#7  mr_updated  0    5s   waits for merge_request\n");
}

BOOST_AUTO_TEST_CASE(a_job_is_shown_field_by_field_with_a_dash_for_what_is_not_there) {
    const auto job =
        boost::json::parse(R"({"id":"01","state":"queued","number":7,"retry_of":null,"reason":"a\nb"})").as_object();
    BOOST_TEST(app::job_lines(job) == "id: 01\nstate: queued\nnumber: 7\nretry_of: -\nreason: a\\nb\n");
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_list_follow_on_its_name) {
    const auto job =
        boost::json::parse(R"({"id":"01","last_lines":["one","","\u001b[31mtwo\nthree"],"log":null})").as_object();
    BOOST_TEST(app::job_lines(job) == "id: 01\nlast_lines:\n    one\n    \n    \\x1b[31mtwo\\nthree\nlog: -\n");
    BOOST_TEST(app::job_lines({{"last_lines", boost::json::array()}}) == "last_lines: -\n");
}

BOOST_AUTO_TEST_SUITE_END()
