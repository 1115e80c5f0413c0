// The deadline of a connection: set anew many times, by a timer that is set as seldom as possible.
#include "http/connection.hpp"

#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>

using namespace familiar;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto soon = 5ms;
constexpr std::chrono::minutes far_away{5};

struct connected {
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    tcp::socket peer{context};
    std::shared_ptr<http::connection> here;

    connected() {
        peer.connect(acceptor.local_endpoint());
        here = std::make_shared<http::connection>(acceptor.accept());
    }

    /// Reads what never comes, and tells how that ended.
    asio::awaitable<boost::system::error_code> read() {
        std::array<char, 16> room{};
        boost::system::error_code failed;
        co_await here->socket().async_read_some(asio::buffer(room), asio::redirect_error(asio::use_awaitable, failed));
        co_return failed;
    }
    bool is_cancelled() { return test::run_coroutine(context, read()) == asio::error::operation_aborted; }

    /// Runs what is due until `passed` have passed.
    void run_for(std::chrono::milliseconds passed) {
        context.restart();
        context.run_for(passed);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(deadlines, connected)

BOOST_AUTO_TEST_CASE(an_operation_is_cancelled_at_the_deadline) {
    here->expire_after(soon);
    BOOST_TEST(!here->expired());
    BOOST_TEST(is_cancelled());
    BOOST_TEST(here->expired());
}

BOOST_AUTO_TEST_CASE(a_later_deadline_replaces_an_earlier_one) {
    const auto begun = http::connection::clock::now();
    here->expire_after(soon);
    here->expire_after(40ms);
    BOOST_TEST(is_cancelled());
    BOOST_TEST((http::connection::clock::now() - begun >= 40ms));
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_replaces_a_later_one) {
    here->expire_after(far_away);
    here->expire_after(soon);
    BOOST_TEST(is_cancelled());
    BOOST_TEST(here->expired());
}

BOOST_AUTO_TEST_CASE(a_deadline_that_was_put_off_in_time_ends_nothing) {
    here->expire_after(soon);
    here->expire_after(far_away);
    run_for(4 * soon);
    BOOST_TEST(!here->expired());
    here->expire_after(soon);
    BOOST_TEST(is_cancelled());
}

BOOST_AUTO_TEST_CASE(after_one_has_passed_the_next_is_kept_as_well) {
    for (int round = 0; round < 3; ++round) {
        here->expire_after(soon);
        BOOST_TEST(!here->expired());
        BOOST_TEST(is_cancelled());
        BOOST_TEST(here->expired());
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_lies_behind_has_passed) {
    here->expire_after(far_away);
    here->expire_at(http::connection::clock::now() - 1s);
    BOOST_TEST(is_cancelled());
}

BOOST_AUTO_TEST_CASE(its_timer_ends_with_it) {
    here->expire_after(far_away);
    here.reset();
    context.restart();
    context.run();  // there is nothing left to wait for
    BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
