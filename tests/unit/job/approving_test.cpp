#include "job/approving.hpp"

#include "support/unit_test.hpp"

#include <ostream>

namespace {

using namespace familiar;

const std::string a(40, 'a');
const std::string b(40, 'b');

struct row {
    const char* what;
    std::string asked;
    std::string recorded;
    std::string now;
    std::string approved;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.what;
}

const std::array<row, 9> rows{{{"the head that waits is still the forge's", "", a, a, a},
                               {"it has moved on", "", a, b, ""},
                               {"nothing waits", "", "", b, ""},
                               {"nothing waits, and the commit is named", "bbbbbbb", "", b, b},
                               {"the new head is named", "bbbbbbb", a, b, b},
                               {"the old head is named", "aaaaaaa", a, b, ""},
                               {"the whole of it is named", a, a, a, a},
                               {"no forge says what the head is now", "", a, "", a},
                               {"nothing is known", "aaaaaaa", "", "", ""}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(approving)

BOOST_DATA_TEST_CASE(what_an_approval_approves, boost::unit_test::data::make(rows), row) {
    const auto judged = job::judge_approval(row.asked, {.recorded = row.recorded, .now = row.now}, "familiar");
    BOOST_TEST(judged.head == row.approved);
    BOOST_TEST(!judged.reason.empty());
    BOOST_TEST(judged.said.empty() == !row.approved.empty());
}

BOOST_AUTO_TEST_CASE(the_answer_says_what_to_say_instead) {
    const auto judged = job::judge_approval("", {.recorded = a, .now = b}, "helper");
    BOOST_TEST(judged.said.find("`@helper ok-to-run " + b + "`") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
