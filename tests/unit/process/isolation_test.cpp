#include "process/run.hpp"
#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sstream>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;

BOOST_FIXTURE_TEST_SUITE(isolation, no_leftovers)

BOOST_AUTO_TEST_CASE(no_descriptor_of_the_server_leaks) {
    boost::asio::io_context context;
    const boost::asio::ip::tcp::acceptor listener(context, {boost::asio::ip::address_v4::loopback(), 0});
    const int inheritable = ::open("/dev/null", O_RDONLY);
    const int high = ::fcntl(inheritable, F_DUPFD, 700);

    // The shell's own look at the folder is closed before the names are tried.
    const auto ended = result_of(shell("for f in /proc/$$/fd/*; do [ -e $f ] && echo ${f##*/}; done; :"));
    ::close(inheritable);
    ::close(high);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "0\n1\n2\n");
}

BOOST_AUTO_TEST_CASE(a_child_has_a_process_group_of_its_own) {
    const auto ended = result_of(shell("read -r pid name state parent group rest < /proc/$$/stat; echo $pid $group"));
    BOOST_REQUIRE(ended);
    std::istringstream text(ended->out);
    pid_t pid = 0;
    pid_t group = 0;
    text >> pid >> group;
    BOOST_TEST(pid > 0);
    BOOST_TEST(pid == group);
    BOOST_TEST(group != ::getpgrp());
}

BOOST_AUTO_TEST_CASE(signals_are_as_a_program_expects_them) {
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR1);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto ended = result_of({.argv = {"sed", "-nE", "s/^Sig(Blk|Ign):\\t(.*)/\\2/p", "/proc/self/status"}});
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    BOOST_REQUIRE(ended);
    std::istringstream text(ended->out);
    std::uint64_t masked = 1;
    std::uint64_t ignored = 1;
    text >> std::hex >> masked >> ignored;
    BOOST_TEST(masked == 0u);
    // Signals 32 and 33 are the C library's own, which it ignores between a posix_spawn and the exec.
    BOOST_TEST((ignored & 0x7fffffffu) == 0u);
}

BOOST_AUTO_TEST_CASE(a_writer_whose_reader_is_dead_ends) {
    // With SIGPIPE ignored, as it is here, `yes` would see errors instead of its end.
    const auto ended = result_of(shell("yes | head -n 1"));
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "y\n");
    BOOST_TEST(ended->err.empty());
    BOOST_TEST(ended->status.success());
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_holds_the_output_open_delays_nothing_and_does_not_stay) {
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = result_of(shell("sleep 300 & echo $!; exit 6"));
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.code == 6);
    const pid_t grandchild = std::stoi(ended->out);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)));

    // It got KILL; whoever adopted it reaps it in its own time, so a zombie counts as gone.
    const auto state =
        result_of(shell("for i in $(seq 100); do read -r p n s rest < /proc/" + std::to_string(grandchild) +
                        "/stat 2>/dev/null || exit 0; [ $s = Z ] && exit 0; sleep 0.05; done; exit 1"));
    BOOST_REQUIRE(state);
    BOOST_TEST(state->status.success());
}

BOOST_AUTO_TEST_CASE(two_hundred_children_at_once) {
    boost::asio::io_context context(1);
    std::vector<int> codes(200, -1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        boost::asio::co_spawn(
            context,
            [](int number, int& code) -> boost::asio::awaitable<void> {
                const auto ended =
                    co_await process::run(shell("echo " + std::to_string(number) + "; exit " + std::to_string(number)));
                if (ended && ended->out == std::to_string(number) + "\n") code = ended->status.code;
            }(static_cast<int>(i), codes[i]),
            [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            });
    }
    context.run();
    for (std::size_t i = 0; i < codes.size(); ++i) BOOST_REQUIRE_EQUAL(codes[i], static_cast<int>(i));
}

// asio uses its records of descriptors again, and what was still on its way to one woke the wait for a child that was
// well: it was taken for ended, and killed once its output had not ended soon after.
BOOST_AUTO_TEST_CASE(none_of_many_that_overlap_is_taken_for_ended) {
    boost::asio::io_context context(1);
    int cut_short = 0;
    for (int lane = 0; lane < 24; ++lane) {
        boost::asio::co_spawn(
            context,
            [](int number, int& failed) -> boost::asio::awaitable<void> {
                const std::string some = number % 4 == 0 ? "sleep 0.6" : "sleep 0.0" + std::to_string(number % 10);
                const int rounds = number % 4 == 0 ? 6 : 25;
                for (int round = 0; round < rounds; ++round) {
                    const auto ended = co_await process::run(shell(some + "; echo x"));
                    if (!ended || !ended->status.success() || ended->out != "x\n") ++failed;
                }
            }(lane, cut_short),
            [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            });
    }
    context.run();
    BOOST_TEST(cut_short == 0);
}

BOOST_AUTO_TEST_SUITE_END()
