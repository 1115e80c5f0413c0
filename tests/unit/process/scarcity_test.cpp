#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/unit_test.hpp"

#include <sys/resource.h>

using namespace familiar;
using namespace familiar::test;
using core::errc;

BOOST_FIXTURE_TEST_SUITE(scarcity, no_leftovers)

BOOST_AUTO_TEST_CASE(a_server_out_of_descriptors_starts_nothing_now_and_may_later) {
    boost::asio::io_context context(1);
    BOOST_REQUIRE(run_coroutine(context, process::run(shell("true"))).has_value());
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto refused = run_coroutine(context, process::run(shell("true")));
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error().code == errc::unavailable), refused.error().message);
    BOOST_TEST(refused.error().message.find("Too many open files") != std::string::npos, refused.error().message);
    BOOST_TEST(core::is_transient(refused.error()));
    BOOST_TEST(run_coroutine(context, process::run(shell("true"))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
