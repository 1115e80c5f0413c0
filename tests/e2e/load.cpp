#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <iostream>
#include <set>
#include <span>
#include <thread>
#include <unistd.h>

// Many webhooks at once, and none of them lost.
namespace {

using namespace familiar::test;
using clock_type = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t deliveries = 2000;
constexpr std::size_t connections = 50;
constexpr std::size_t flushes = 500;
constexpr double forges_patience_ms = 10'000;  // GitHub's; only a hang comes near it

struct sent {
    std::string delivery{};
    std::string request{};  ///< signed before the clock runs
    unsigned status = 0;
    double ms = 0;
};

std::vector<sent> write_requests() {
    std::vector<sent> all;
    for (std::size_t i = 0; i < deliveries; ++i) {
        merge_request about;
        about.number = std::int64_t(i) + 1;
        about.head = std::string(40, 'a');
        const auto what = github("pull_request.synchronize", about);
        all.push_back({what.delivery, request_text("POST", "/webhook/github", signed_header(what), what.body(),
                                                   afterwards::keep_open)});
    }
    return all;
}

/// The status of the next answer on a connection that stays open.
unsigned receive_answer(connection& from) {
    std::string text;
    for (;;) {
        const auto piece = from.receive_some();
        if (piece.empty()) throw std::runtime_error("the connection was closed after: " + text);
        text += piece;
        const auto end = text.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        const auto length = std::stoul(text.substr(text.find("Content-Length: ") + 16));
        if (text.size() == end + 4 + length) return static_cast<unsigned>(std::stoul(text.substr(9, 3)));
    }
}

/// What one connection sends, one after the other. What has no answer has the status 0.
void send(std::uint16_t port, std::span<sent> what) {
    try {
        connection to(port);
        for (auto& one : what) {
            const auto began = clock_type::now();
            to.send(one.request);
            one.status = receive_answer(to);
            one.ms = milliseconds(clock_type::now() - began).count();
        }
    } catch (const std::exception& failure) {
        std::cerr << "a connection broke: " << failure.what() << '\n';
    }
}

/// What the disk needs for one webhook by itself.
std::vector<double> write_and_flush(const std::filesystem::path& folder) {
    const std::string block(8192, 'x');
    const int file = ::open((folder / "flushed").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::vector<double> times;
    for (std::size_t i = 0; i < flushes; ++i) {
        const auto began = clock_type::now();
        BOOST_REQUIRE(::write(file, block.data(), block.size()) == ssize_t(block.size()));
        BOOST_REQUIRE(::fdatasync(file) == 0);
        times.push_back(milliseconds(clock_type::now() - began).count());
    }
    ::close(file);
    return times;
}

double percentile(std::vector<double> times, double part) {
    std::sort(times.begin(), times.end());
    return times[std::min(times.size() - 1, std::size_t(double(times.size()) * part))];
}

void tell(const char* of, const std::vector<double>& times) {
    BOOST_TEST_MESSAGE(of << ": p50 " << percentile(times, 0.5) << " ms, p99 " << percentile(times, 0.99)
                          << " ms, at most " << percentile(times, 1) << " ms");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(load)

BOOST_AUTO_TEST_CASE(two_thousand_deliveries_over_fifty_connections_are_all_accepted_and_outlive_a_kill) {
    test_forge forge;
    server familiar(forge, {{"docker.host", "unix:///nowhere/docker.sock"}});
    auto all = write_requests();
    auto flushed = write_and_flush(familiar.folder());

    const auto began = clock_type::now();
    {
        std::vector<std::jthread> senders;
        constexpr auto share = deliveries / connections;
        for (std::size_t i = 0; i < connections; ++i)
            senders.emplace_back([&, i] { send(familiar.port(), std::span(all).subspan(i * share, share)); });
    }
    const auto took = std::chrono::duration<double>(clock_type::now() - began).count();
    familiar.kill();

    const auto kept = deliveries_in(familiar.database());
    const std::set<std::string> known(kept.begin(), kept.end());
    std::vector<double> answered;
    for (const auto& one : all) {
        BOOST_TEST(one.status == 202u);
        BOOST_TEST(known.contains(one.delivery), one.delivery);
        answered.push_back(one.ms);
    }
    BOOST_TEST(familiar.jobs().size() == deliveries);

    const auto again = write_and_flush(familiar.folder());
    flushed.insert(flushed.end(), again.begin(), again.end());
    BOOST_TEST_MESSAGE(deliveries << " signed deliveries of " << all.front().request.size() << " bytes over "
                                  << connections << " connections in " << took << " s: " << double(deliveries) / took
                                  << "/s");
    tell("answers", answered);
    tell("write and fdatasync of 8 KB, alone, in the same folder", flushed);
    BOOST_TEST(percentile(answered, 0.99) < forges_patience_ms);

    familiar.start();
    wait_for("every job is in the queue", [&] { return familiar.health("queue_length") == std::int64_t(deliveries); });
}

BOOST_AUTO_TEST_SUITE_END()
