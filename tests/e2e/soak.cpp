#include "e2e/soak/player.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/from_environment.hpp"
#include "e2e/support/metrics_text.hpp"
#include "e2e/support/process_figures.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <iomanip>
#include <list>
#include <random>
#include <sstream>
#include <thread>

// Mixed good and bad traffic for a while, and what the server holds meanwhile and afterwards.
//
// FAMILIAR_SOAK_SECONDS (20): for how long; FAMILIAR_SOAK_SEED: of what is sent. Memory is judged in a run of ten
// minutes or more without sanitizers, whose allocators keep what was freed.
namespace {

using namespace familiar::test;
using namespace std::chrono_literals;

constexpr std::size_t players = 4;
constexpr auto period = 125ms;  // of each
constexpr std::size_t requests_each = 2;
constexpr std::size_t lines = 30;  // of the table, about
constexpr std::chrono::seconds whole_run{600};
constexpr double most_growth = 1.10;
constexpr std::size_t descriptor_slack = 2;  // SQLite keeps some open once it has needed them
constexpr bool is_sanitized = sizeof(FAMILIAR_SANITIZE) > 1;

struct sample {
    std::size_t second = 0;
    process_figures held{};
    double requests = 0;
};

configuration::entries configured() {
    return {{"server.api_token", soak::token},
            {"server.max_body", std::to_string(soak::max_body)},
            {"server.header_timeout", std::to_string(soak::header_timeout.count()) + "s"},
            {"server.request_timeout", std::to_string(soak::request_timeout.count()) + "s"},
            {"agents.command", R"(["sh", "/workspace/act.sh"])"},
            {"triggers.repositories", R"(["acme/*"])"},
            {"triggers.forks", "allow"},  // after a comment alone nobody knows whether it is one
            {"triggers.max_jobs_per_hour", "0"}};
}

double requests_in(const metrics_text& now) {
    double all = 0;
    for (const auto& [name, value] : now.samples)
        if (name.starts_with("familiar_http_request_duration_seconds_count")) all += value;
    return all;
}

double megabytes(std::size_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

std::string table_of(const std::vector<sample>& samples) {
    std::ostringstream text;
    text << "second  RSS in MB  descriptors  threads  children  requests\n" << std::fixed << std::setprecision(1);
    const auto step = samples.size() / lines + 1;
    for (std::size_t i = 0; i < samples.size(); i += step) {
        const auto& [second, held, requests] = samples[i];
        text << std::setw(6) << second << std::setw(11) << megabytes(held.resident) << std::setw(13) << held.descriptors
             << std::setw(9) << held.threads << std::setw(10) << held.children << std::setw(10)
             << static_cast<std::size_t>(requests) << '\n';
    }
    return text.str();
}

/// What was resident after the first minute (of a shorter run: its first quarter) and at the end.
void judge_memory(const std::vector<sample>& samples, std::chrono::seconds length) {
    const auto warm = std::min<std::size_t>(60, static_cast<std::size_t>(length.count()) / 4);
    const auto& early = samples.at(warm);
    const auto& late = samples.back();
    const double growth = static_cast<double>(late.held.resident) / static_cast<double>(early.held.resident);
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << "resident after " << early.second
         << " s: " << megabytes(early.held.resident) << " MB, after " << late.second
         << " s: " << megabytes(late.held.resident) << " MB, ratio: " << std::setprecision(3) << growth;
    BOOST_TEST_MESSAGE(text.str());
    if (!is_sanitized && length >= whole_run) BOOST_TEST(growth <= most_growth);
}

class soaked {
public:
    explicit soaked(std::uint64_t seed) {
        for (std::size_t i = 0; i < players; ++i) {
            std::vector<merge_request> own;
            for (std::size_t each = 0; each < requests_each; ++each)
                own.push_back(forge_.open({{"act.sh", "echo 'it is done'; sleep 0.5\n"}}));
            players_.emplace_back(familiar_.port(), seed + i, std::move(own));
        }
        familiar_.wait_for_job(familiar_.accepted(github("pull_request.opened", forge_.open({{"act.sh", "true\n"}}))));
        before_ = figures_of(familiar_.process());
    }

    void play(std::chrono::seconds length);
    void check_answers() const;
    void check_rest();
    const std::vector<sample>& samples() const { return samples_; }

private:
    void look(std::size_t second) {
        const auto& now = watch_.look(familiar_.port());
        samples_.push_back({second, figures_of(familiar_.process()), requests_in(now)});
    }

    test_forge forge_;
    server familiar_{forge_, configured()};
    std::list<soak::player> players_;
    process_figures before_{};
    metrics_watch watch_;
    std::vector<sample> samples_;
};

void soaked::play(std::chrono::seconds length) {
    const auto began = soak::clock_type::now();
    std::vector<std::jthread> threads;
    for (auto& one : players_) threads.emplace_back([&one, end = began + length] { one.play(end, period); });
    for (std::size_t second = 0; second <= static_cast<std::size_t>(length.count()); ++second) {
        std::this_thread::sleep_until(began + std::chrono::seconds(second));
        look(second);
    }
}

void soaked::check_answers() const {
    std::map<std::string, std::size_t> done;
    for (const auto& one : players_) {
        for (const auto& [name, count] : one.done()) done[name] += count;
        for (const auto& text : one.wrong()) BOOST_ERROR(text);
    }
    std::string list;
    for (const auto& [name, count] : done) list += "\n  " + std::to_string(count) + " " + name;
    BOOST_TEST_MESSAGE("done:" << list);
}

void soaked::check_rest() {
    wait_for("every job has ended",
             [&] { return familiar_.health("queue_length") == 0 && familiar_.health("active_agents") == 0; });
    // A ping that is just being asked has a child and its pipes.
    const auto held = [&] { return figures_of(familiar_.process()); };
    wait_for("it holds no more descriptors",
             [&] { return held().descriptors <= before_.descriptors + descriptor_slack; });
    wait_for("it has no more children", [&] { return held().children <= before_.children; });
    BOOST_TEST(containers(familiar_.instance_label()).empty());
    BOOST_TEST(familiar_.get("/health").field("status") == "ok");
    watch_.look(familiar_.port());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(soak)

BOOST_AUTO_TEST_CASE(good_and_bad_traffic_leaves_nothing_behind_and_memory_as_it_was) {
    const std::chrono::seconds length(number_from("FAMILIAR_SOAK_SECONDS", 20));
    const auto seed = number_from("FAMILIAR_SOAK_SEED", std::random_device{}());
    BOOST_TEST_MESSAGE("FAMILIAR_SOAK_SEED=" << seed << " FAMILIAR_SOAK_SECONDS=" << length.count());
    BOOST_TEST_CONTEXT("seed " << seed) {
        soaked run(seed);
        run.play(length);
        BOOST_TEST_MESSAGE(table_of(run.samples()));
        run.check_answers();
        run.check_rest();
        judge_memory(run.samples(), length);
    }
}

BOOST_AUTO_TEST_SUITE_END()
