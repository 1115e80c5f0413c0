#pragma once

#include "e2e/support/http.hpp"
#include "e2e/support/webhook.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace familiar::test::soak {

using clock_type = std::chrono::steady_clock;

/// What a player asks the server for with this token.
inline constexpr auto token = "only-operators-know-this";

/// Longest body that the server is to take; how long it is to wait for a header, and for a whole request.
inline constexpr std::size_t max_body = std::size_t{256} * 1024;
inline constexpr std::chrono::seconds header_timeout{2};
inline constexpr std::chrono::seconds request_timeout{5};

/// Sends what forges, operators, monitors and strangers send, good and bad, one thing after the other. A seed makes the
/// same sequence again.
class player {
public:
    /// `own`: merge requests that agents are asked to look at.
    player(std::uint16_t port, std::uint64_t seed, std::vector<merge_request> own);

    /// Does one thing each `period` until `end`, then lets go of every connection.
    void play(clock_type::time_point end, clock_type::duration period);

    /// How often each kind of thing was done.
    const std::map<std::string, std::size_t>& done() const { return done_; }
    /// Answers that were not what they should have been.
    const std::vector<std::string>& wrong() const { return wrong_; }

private:
    struct deed;
    static const std::vector<deed>& deeds();

    /// A connection that is slow on purpose: it sends a byte now and then until its time is over.
    struct lingering {
        std::unique_ptr<connection> peer{};
        std::string bytes{};
        clock_type::time_point until{};
        std::string expected{};  ///< how what was received by then begins
    };

    void ask_for_an_agent();
    void open_what_is_refused();
    void repeat();
    void tell_what_is_ignored();
    void ping();
    void send_a_large_one();
    void forge_a_signature();
    void send_no_json();
    void send_another_shape();
    void send_too_much();
    void be_silent();
    void be_slow_with_the_header();
    void be_slow_with_the_body();
    void break_off();
    void ask_and_not_read();
    void poll();
    void scrape();
    void list_jobs();
    void read_a_log();
    void follow_a_log();
    void cancel();
    void get_lost();

    webhook any_ignored();
    void post(const webhook& what, const header_fields& header, const std::string& body,
              const std::set<unsigned>& expected);
    void post_good(const webhook& what, const std::set<unsigned>& expected);
    answer ask(const std::string& method, const std::string& path, const header_fields& header, const std::string& body,
               const std::set<unsigned>& expected);
    void linger(std::string first, std::string rest, std::chrono::milliseconds how_long, std::string expected);
    void tend();
    void check(lingering which);
    std::string any_job();
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::uint16_t port_;
    std::mt19937_64 random_;
    std::vector<merge_request> own_;
    std::deque<webhook> known_;     ///< the last good deliveries
    std::deque<std::string> jobs_;  ///< the last jobs with an agent
    std::list<lingering> lingering_;
    std::map<std::string, std::size_t> done_;
    std::vector<std::string> wrong_;
};

}  // namespace familiar::test::soak
