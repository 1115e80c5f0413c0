#include "job/keys.hpp"

#include "support/unit_test.hpp"

using namespace familiar;

BOOST_AUTO_TEST_SUITE(the_name_of_a_repository_or_merge_request)

BOOST_AUTO_TEST_CASE(tells_two_forges_with_one_path_apart) {
    event::event one;
    one.repo = {event::provider::github, "acme/widgets", ""};
    one.request.number = 7;
    auto other = one;
    other.repo.forge = event::provider::gitlab;
    BOOST_TEST(job::merge_request_key(one) == "github/acme/widgets#7");
    BOOST_TEST(job::merge_request_key(one) != job::merge_request_key(other));
}

BOOST_AUTO_TEST_SUITE_END()
