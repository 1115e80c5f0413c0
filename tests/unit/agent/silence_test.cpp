#include "agent/silence.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using namespace std::chrono_literals;
using agent::step;
using agent::vigil;

namespace {

const auto now = core::parse_time("2026-01-31T12:00:00Z").value();

std::ostream& show(std::ostream& out, step then) {
    constexpr const char* names[] = {"wait", "enforce", "ask_for_output", "end_silent"};
    return out << names[static_cast<int>(then)];
}

struct row {
    const char* what;
    vigil known;
    step then;
    std::chrono::milliseconds after{0};
};

void check(const std::vector<row>& table) {
    for (const auto& [what, known, then, after] : table) BOOST_TEST_CONTEXT(what) {
            auto all = known;
            all.now = now;
            const auto next = agent::plan(all);
            std::ostringstream said;
            show(show(said, next.then) << " instead of ", then);
            BOOST_TEST((next.then == then), said.str());
            BOOST_TEST(next.after.count() == after.count());
        }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(what_a_running_agent_is_waited_for)

BOOST_AUTO_TEST_CASE(is_its_end_and_its_deadline) {
    check({
        {"no deadline", {.started = now}, step::wait},
        {"a deadline", {.started = now, .left = 30min}, step::enforce, 30min},
        {"a deadline that has passed", {.started = now - 1h, .left = -5min}, step::enforce, 0min},
        {"silence is nothing without a bound",
         {.started = now - 9h, .last_output = now - 8h, .watched = 8h, .just_asked = true},
         step::wait},
    });
}

BOOST_AUTO_TEST_CASE(is_the_end_of_its_silence_if_that_comes_before_the_deadline) {
    check({
        {"just started", {.started = now, .idle_timeout = 10min, .watched = 0ms}, step::ask_for_output, 10min},
        {"just started, with a deadline",
         {.started = now, .idle_timeout = 10min, .watched = 0ms, .left = 30min},
         step::ask_for_output,
         10min},
        {"the deadline comes first",
         {.started = now, .idle_timeout = 10min, .watched = 0ms, .left = 4min},
         step::enforce,
         4min},
        {"both at once",
         {.started = now - 10min, .idle_timeout = 10min, .watched = 10min, .left = 0min, .just_asked = true},
         step::enforce,
         0min},
        {"silent, and nobody has asked yet",
         {.started = now - 10min, .idle_timeout = 10min, .watched = 10min, .left = 20min},
         step::ask_for_output,
         0min},
        {"silent from the start",
         {.started = now - 10min, .idle_timeout = 10min, .watched = 10min, .left = 20min, .just_asked = true},
         step::end_silent,
         0min},
        {"silent since a while",
         {.started = now - 1h, .last_output = now - 11min, .idle_timeout = 10min, .watched = 1h, .just_asked = true},
         step::end_silent,
         0min},
    });
}

BOOST_AUTO_TEST_CASE(is_no_end_by_a_clock_that_goes_wrong) {
    check({
        {"it has just printed, by an engine whose clock is behind",
         {.started = now - 3h, .last_output = now - 2h, .idle_timeout = 10min, .watched = 1h, .just_asked = true},
         step::ask_for_output,
         10min},
        {"the same a little later",
         {.started = now - 3h, .last_output = now - 2h, .idle_timeout = 10min, .watched = 69min, .just_asked = true},
         step::ask_for_output,
         1min},
        {"an engine's clock that is ahead puts nothing off",
         {.started = now + 2h, .last_output = now + 3h, .idle_timeout = 10min, .watched = 63min, .just_asked = true},
         step::ask_for_output,
         7min},
        {"an engine's clock that was set back makes a silence of what was printed just now",
         {.started = now - 2h,
          .last_output = now - 1h,
          .idle_timeout = 10min,
          .watched = 2h,
          .just_asked = true,
          .news = true},
         step::ask_for_output,
         10min},
        {"our clock was set forward: the steady one says that it is not long since the start",
         {.started = now - 24h, .idle_timeout = 10min, .watched = 1min, .just_asked = true},
         step::ask_for_output,
         9min},
        {"our clock was set back: silence lasts longer",
         {.started = now + 1min,
          .last_output = now + 5min,
          .idle_timeout = 10min,
          .watched = 10min,
          .just_asked = true},
         step::ask_for_output,
         4min},
    });
}

BOOST_AUTO_TEST_CASE(is_what_the_log_says_of_one_that_was_adopted) {
    check({
        {"it was silent while nobody watched, but nobody has asked",
         {.started = now - 1h, .idle_timeout = 10min},
         step::ask_for_output,
         0min},
        {"it was",
         {.started = now - 1h, .last_output = now - 20min, .idle_timeout = 10min, .just_asked = true},
         step::end_silent,
         0min},
        {"it has never printed",
         {.started = now - 1h, .idle_timeout = 10min, .just_asked = true},
         step::end_silent,
         0min},
        {"it printed a while ago",
         {.started = now - 1h, .last_output = now - 4min, .idle_timeout = 10min, .just_asked = true},
         step::ask_for_output,
         6min},
        {"it has only just started",
         {.started = now - 4min, .idle_timeout = 10min, .just_asked = true},
         step::ask_for_output,
         6min},
        {"a time of output before the start is that of the start",
         {.started = now - 4min, .last_output = now - 1h, .idle_timeout = 10min, .just_asked = true},
         step::ask_for_output,
         6min},
    });
}

BOOST_AUTO_TEST_CASE(is_asked_again_later_if_the_engine_gave_no_answer) {
    check({
        {"no answer",
         {.started = now - 1h, .idle_timeout = 10min, .watched = 1h, .postponed = 30s},
         step::ask_for_output,
         30s},
        {"no answer, and the deadline is near",
         {.started = now - 1h, .idle_timeout = 10min, .watched = 1h, .postponed = 30s, .left = 5s},
         step::enforce,
         5s},
    });
}

BOOST_AUTO_TEST_SUITE_END()
