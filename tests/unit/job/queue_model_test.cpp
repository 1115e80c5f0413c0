#include "job/queue.hpp"
#include "support/unit_test.hpp"

#include <boost/test/unit_test_parameters.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace familiar;
using job::obstacle;
using job::waiting_job;
using std::chrono::seconds;

namespace {

/// The rules of job::queue said once more, as plainly as possible: every question looks at every job.
class plain_queue {
public:
    void add(const waiting_job& job) {
        remove(job.id);
        jobs_.push_back(job);
    }

    bool remove(const std::string& id) {
        return std::erase_if(jobs_, [&](auto& job) { return job.id == id; }) > 0;
    }

    std::optional<waiting_job> take(core::wall_time now) {
        const auto rank = [&](const waiting_job& job) {
            return std::tuple(agents_[job.repository], served_[job.repository], job.repository, job.waiting_since,
                              job.id);
        };
        const waiting_job* best = nullptr;
        for (const auto& job : jobs_)
            if (why_waiting(job, now) == obstacle::none && (best == nullptr || rank(job) < rank(*best))) best = &job;
        if (best == nullptr) return std::nullopt;
        auto taken = *best;
        remove(taken.id);
        occupy(taken.repository, taken.merge_request);
        served_[taken.repository] = ++turns_;
        return taken;
    }

    void occupy(const std::string& repository, const std::string& merge_request) {
        ++agents_[repository];
        ++occupied_[merge_request];
    }

    void release(const std::string& repository, const std::string& merge_request) {
        --agents_[repository];
        --occupied_[merge_request];
    }

    std::optional<core::wall_time> next_due(core::wall_time now) const {
        std::optional<core::wall_time> next;
        for (const auto& job : jobs_)
            if (job.not_before > now && (!next || job.not_before < next)) next = job.not_before;
        return next;
    }

    std::vector<waiting_job> take_created_before(core::wall_time limit) {
        std::vector<waiting_job> taken;
        for (const auto& job : jobs_)
            if (job.created < limit) taken.push_back(job);
        std::ranges::sort(taken, {}, [](const waiting_job& job) { return std::tie(job.created, job.id); });
        for (const auto& job : taken) remove(job.id);
        return taken;
    }

    std::optional<core::wall_time> oldest() const {
        if (jobs_.empty()) return std::nullopt;
        return std::ranges::min(jobs_, {}, &waiting_job::created).created;
    }

    obstacle why_waiting(const waiting_job& job, core::wall_time now) const {
        if (job.not_before > now) return obstacle::not_due;
        const auto occupied = occupied_.find(job.merge_request);
        return occupied != occupied_.end() && occupied->second > 0 ? obstacle::merge_request : obstacle::none;
    }

    const std::vector<waiting_job>& jobs() const { return jobs_; }

private:
    std::vector<waiting_job> jobs_;
    std::map<std::string, int> agents_;    ///< by repository
    std::map<std::string, int> occupied_;  ///< by merge request
    std::map<std::string, int> served_;    ///< by repository
    int turns_ = 0;
};

/// Does one thing after the other to both, drawn by lot, and compares what they say.
class comparison {
public:
    explicit comparison(unsigned seed) : lot_(seed) {}

    void step() {
        now_ += seconds(draw(3));
        switch (draw(8)) {
            case 0:
            case 1:
            case 2:
                return add();
            case 3:
                return remove();
            case 4:
            case 5:
                return take();
            case 6:
                return draw(8) == 0 ? occupy() : release();
            default:
                return draw(10) == 0 ? expire() : compare();
        }
    }

    void drain() {
        while (!plain_.jobs().empty() || !running_.empty()) {
            now_ += seconds(5);
            take();
            release();
        }
        compare();
    }

private:
    int draw(int below) { return std::uniform_int_distribution(0, below - 1)(lot_); }

    void add() {
        const auto repository = "r" + std::to_string(draw(5));
        waiting_job job{.id = std::to_string(draw(200)),
                        .repository = repository,
                        .merge_request = repository + "#" + std::to_string(draw(4)),
                        .created = now_ - seconds(draw(20)),
                        .waiting_since = now_ - seconds(draw(40)),
                        .not_before = {}};
        if (draw(2) == 0) job.not_before = now_ + seconds(draw(20) - 5);
        plain_.add(job);
        queue_.add(job);
    }

    void remove() {
        const auto id = std::to_string(draw(200));
        BOOST_TEST(queue_.remove(id) == plain_.remove(id));
    }

    void take() {
        const auto expected = plain_.take(now_);
        const auto taken = queue_.take(now_);
        BOOST_TEST_REQUIRE(taken.has_value() == expected.has_value());
        if (taken) {
            BOOST_TEST_REQUIRE(taken->id == expected->id);
            BOOST_TEST(taken->merge_request == expected->merge_request);
            running_.emplace_back(taken->repository, taken->merge_request);
        }
        BOOST_TEST(bool(queue_.next_due() == plain_.next_due(now_)));
    }

    void occupy() {
        const auto repository = "r" + std::to_string(draw(5));
        const auto merge_request = repository + "#" + std::to_string(draw(4));
        plain_.occupy(repository, merge_request);
        queue_.occupy(repository, merge_request);
        running_.emplace_back(repository, merge_request);
    }

    void release() {
        if (running_.empty()) return;
        const auto at = running_.begin() + draw(static_cast<int>(running_.size()));
        plain_.release(at->first, at->second);
        queue_.release(at->first, at->second);
        running_.erase(at);
    }

    void expire() {
        const auto limit = now_ - seconds(15);
        const auto expected = plain_.take_created_before(limit);
        const auto taken = queue_.take_created_before(limit);
        BOOST_TEST_REQUIRE(taken.size() == expected.size());
        for (std::size_t i = 0; i < taken.size(); ++i) BOOST_TEST(taken[i].id == expected[i].id);
    }

    void compare() const {
        BOOST_TEST_REQUIRE(queue_.size() == plain_.jobs().size());
        BOOST_TEST(bool(queue_.oldest() == plain_.oldest()));
        for (const auto& job : plain_.jobs()) {
            BOOST_TEST_REQUIRE(queue_.contains(job.id));
            BOOST_TEST(bool(queue_.why_waiting(job.id, now_) == plain_.why_waiting(job, now_)), job.id);
        }
    }

    std::mt19937 lot_;
    core::wall_time now_ = *core::parse_time("2026-01-31T12:00:00Z");
    plain_queue plain_;
    job::queue queue_;
    std::vector<std::pair<std::string, std::string>> running_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(the_queue_and_a_plain_one)

BOOST_AUTO_TEST_CASE(say_the_same_whatever_happens) {
    using namespace boost::unit_test;
    auto seed = runtime_config::get<unsigned>(runtime_config::btrt_random_seed);
    if (seed == 0) seed = std::random_device()();
    BOOST_TEST_CONTEXT("seed " << seed << ": the same again with --random=" << seed) {
        BOOST_TEST_MESSAGE("seed " << seed);
        for (unsigned round = 0; round < 10; ++round) {
            comparison both(seed + round);
            for (int i = 0; i < 2000; ++i) both.step();
            both.drain();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
