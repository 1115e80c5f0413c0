#include "e2e/chaos/schedule.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <utility>

namespace familiar::test::chaos {

namespace {

constexpr std::size_t requests = repositories * requests_each;

/// The dice. Two runs of one seed throw them in the same order.
class chance {
public:
    explicit chance(std::uint64_t seed) : source_(seed) {}

    bool one_in(int many) { return below(static_cast<std::size_t>(many)) == 0; }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(source_); }
    milliseconds between(int least, int most) {
        return milliseconds(std::uniform_int_distribution(least, most)(source_));
    }
    /// The time until something that happens once in `mean` on average.
    milliseconds wait_for(milliseconds mean) {
        std::exponential_distribution<double> distribution(1.0 / static_cast<double>(mean.count()));
        return milliseconds(static_cast<std::int64_t>(distribution(source_)));
    }
    /// One of several things, each as often as its weight says.
    template <class Thing>
    Thing one_of(std::span<const std::pair<Thing, int>> things) {
        int all = 0;
        for (const auto& [thing, weight] : things) all += weight;
        auto left = static_cast<int>(below(static_cast<std::size_t>(all)));
        for (const auto& [thing, weight] : things)
            if ((left -= weight) < 0) return thing;
        return things.back().first;
    }

private:
    std::mt19937_64 source_;
};

constexpr std::pair<news, int> kinds_of_news[]{
    {news::opened, 3}, {news::updated, 4}, {news::commented, 2}, {news::mentioned, 4}, {news::closed, 1}};
constexpr std::pair<manner, int> manners[]{
    {manner::succeeds, 11}, {manner::fails, 2}, {manner::dies, 2}, {manner::hangs, 1}};
constexpr std::pair<death, int> deaths[]{
    {death::killed, 17}, {death::asked, 1}, {death::pressed, 1}, {death::killed_on_the_way, 1}};

behaviour some_behaviour(chance& dice) {
    behaviour agent;
    agent.how = dice.one_of<manner>(manners);
    agent.works = dice.one_in(3) ? dice.between(1000, 4000) : dice.between(200, 1000);
    agent.ignores_term = dice.one_in(4);
    return agent;
}

happening some_happening(chance& dice, milliseconds at, std::size_t request) {
    happening made{.at = at, .request = request, .what = dice.one_of<news>(kinds_of_news)};
    made.agent = some_behaviour(dice);
    if (dice.one_in(5)) made.late = dice.between(100, 5000);
    if (dice.one_in(6)) made.copies = 2 + static_cast<int>(dice.below(3));
    if (dice.one_in(5)) made.again = dice.between(200, 20'000);
    if (dice.one_in(6)) made.twin = dice.between(0, 15'000);
    if (!dice.one_in(4)) made.resend = dice.between(500, 6000);
    return made;
}

/// Alone most of the time; now and then several at once about the same merge request.
std::vector<happening> happenings(chance& dice, milliseconds length, double rate) {
    constexpr double mean_burst = 1.7;  // of one in five bursts of 2 to 7, and single ones else
    const milliseconds mean(static_cast<std::int64_t>(1000 * mean_burst / rate));
    std::vector<happening> all;
    for (auto at = dice.wait_for(mean); at < length; at += dice.wait_for(mean)) {
        const auto request = dice.below(requests);
        const auto burst = dice.one_in(5) ? 2 + dice.below(6) : 1;
        for (std::size_t i = 0; i < burst; ++i) {
            all.push_back(some_happening(dice, at + dice.between(0, burst == 1 ? 1 : 1500), request));
            if (all.back().what == news::closed)
                all.push_back({.at = all.back().at + dice.between(500, 8000),
                               .request = request,
                               .what = news::reopened,
                               .agent = some_behaviour(dice)});
        }
    }
    std::ranges::sort(all, {}, &happening::at);
    std::erase_if(all, [&](const happening& one) { return one.at >= length; });
    return all;
}

std::vector<order> orders(chance& dice, milliseconds length) {
    constexpr milliseconds mean{7000};
    std::vector<order> all;
    for (auto at = dice.wait_for(mean); at < length; at += dice.wait_for(mean))
        all.push_back({.at = at, .which = dice.below(12), .retry = dice.one_in(2)});
    return all;
}

/// Incidents of one kind exclude each other; the first comes early enough for a short run to see it.
void add_incidents(std::vector<incident>& all, chance& dice, milliseconds length, milliseconds mean,
                   const std::vector<fault>& kinds) {
    const auto first = std::min(mean, length / 3);
    std::size_t next = dice.below(kinds.size());
    for (auto at = dice.between(static_cast<int>(first.count() / 4), static_cast<int>(first.count())); at < length;) {
        const incident made{.at = at,
                            .lasts = dice.between(300, 7000),
                            .what = kinds.at(next++ % kinds.size()),
                            .live_restore = dice.one_in(2)};
        all.push_back(made);
        at += made.lasts + milliseconds(2000) + dice.wait_for(mean);
    }
}

std::vector<incident> incidents(chance& dice, milliseconds length) {
    using namespace std::chrono_literals;
    std::vector<incident> all;
    add_incidents(all, dice, length, 30s, {fault::engine_killed, fault::engine_frozen, fault::engine_restarted});
    add_incidents(all, dice, length, 60s, {fault::program_hangs});
    add_incidents(all, dice, length, 50s, {fault::forge_down, fault::forge_silent});
    add_incidents(all, dice, length, 50s, {fault::disk_full});
    std::ranges::sort(all, {}, &incident::at);
    return all;
}

std::vector<life> lives(chance& dice, milliseconds length) {
    constexpr milliseconds mean{10'000};
    constexpr milliseconds least{300};
    std::vector<life> all;
    for (milliseconds at{}; at < length;) {
        const life made{.lasts = least + dice.wait_for(mean),
                        .how = dice.one_of<death>(deaths),
                        .patience = dice.between(0, 2500),
                        .pause = dice.one_in(3) ? dice.between(0, 4000) : milliseconds(0),
                        .detach = dice.one_in(2)};
        all.push_back(made);
        at += made.lasts + made.pause;
    }
    return all;
}

}  // namespace

std::string behaviour::text() const {
    std::string lines = "DEMO_SLEEP=" + (how == manner::hangs ? std::string("600")
                                                              : std::to_string(works.count() / 1000) + "." +
                                                                    std::to_string(works.count() % 1000 / 100));
    if (how == manner::fails) lines += "\nDEMO_EXIT=3";
    if (how == manner::dies) lines += "\nDEMO_DIE=1";
    if (ignores_term) lines += "\nDEMO_IGNORE_TERM=1";
    return lines;
}

schedule make_schedule(std::uint64_t seed, milliseconds length, double rate) {
    chance dice(seed);
    schedule made;
    made.seed = seed;
    made.length = length;
    made.happenings = happenings(dice, length, rate);
    made.orders = orders(dice, length);
    made.incidents = incidents(dice, length);
    made.lives = lives(dice, length);
    return made;
}

std::string_view to_text(news what) {
    constexpr std::string_view names[]{"opened", "updated", "commented", "mentioned", "closed", "reopened"};
    return names[static_cast<std::size_t>(what)];
}

std::string_view to_text(fault what) {
    constexpr std::string_view names[]{"dockerd killed",       "dockerd restarted",  "dockerd frozen",
                                       "docker commands hang", "git server is down", "git server is silent",
                                       "disk is full"};
    return names[static_cast<std::size_t>(what)];
}

std::string_view to_text(death how) {
    constexpr std::string_view names[]{"kill -9", "SIGTERM", "SIGTERM twice", "kill -9 while draining"};
    return names[static_cast<std::size_t>(how)];
}

}  // namespace familiar::test::chaos
