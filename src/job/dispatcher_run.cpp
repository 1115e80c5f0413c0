#include "async/retry.hpp"
#include "async/shield.hpp"
#include "job/assignment.hpp"
#include "job/dispatcher.hpp"
#include "job/retry_policy.hpp"
#include "job/schedule.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Writing down how a job ended may wait for a disk that stalls, and not for ever.
constexpr std::chrono::seconds record_bound{10};

/// What a step of a job came to, and never an exception.
template <class T>
asio::awaitable<core::result<T>> guarded(const std::string& job, asio::awaitable<core::result<T>> step) {
    std::exception_ptr bug;
    try {
        co_return co_await std::move(step);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() == asio::error::operation_aborted)
            co_return core::fail(core::errc::shutting_down, "the server was shut down before the agent started");
        bug = std::current_exception();
    } catch (...) {
        bug = std::current_exception();
    }
    observe::log_bug("in the task of a job", bug, {{"job", job}});
    co_return core::fail(core::errc::child_failed, "internal error; the server's log says more");
}

core::error blame_forge(core::error failure) {
    failure.code = core::errc::forge_unreachable;
    return failure;
}

std::string_view last_line(const agent::outcome& ended) {
    const std::string_view lines = ended.last_lines;
    return lines.substr(lines.rfind('\n') + 1);
}

}  // namespace

recorder::questions dispatcher::questions_of(const std::string& job) {
    return {[this] { return !draining_; }, [this, job] { return running_.at(job).order; },
            [this](const journal::job_record& started) { with_.tell.running(started); }};
}

asio::awaitable<void> dispatcher::execute([[maybe_unused]] seat place, waiting_job next) {
    recorder stages(with_.journal, with_.metrics, next.id, questions_of(next.id));
    running_.at(next.id).stages = &stages;
    auto what = co_await begin(next, stages);
    if (what) co_await see_through(stages, run_agent(std::move(what), stages));
}

asio::awaitable<void> dispatcher::execute_adopted([[maybe_unused]] seat place, std::unique_ptr<recorder> stages,
                                                  agent_life life) {
    co_await see_through(*stages, std::move(life));
}

/// Null if the journal did not take the first word of an attempt: nothing has happened, and the job waits on.
asio::awaitable<std::unique_ptr<agent::assignment>> dispatcher::begin(waiting_job& next, recorder& stages) {
    const auto begun = co_await guarded(next.id, stages.begin());
    if (begun) co_return std::make_unique<agent::assignment>(assignment_of(*begun));
    const auto& failure = begun.error();
    // It was cancelled, or the next start has it.
    if (failure.code == core::errc::conflict || failure.code == core::errc::shutting_down || draining_)
        co_return nullptr;
    observe::error("a job waits for the journal", {{"job", next.id}, {"reason", describe(failure)}});
    next.not_before = core::now() + with_.settings->retry.max_backoff;
    queue_.add(std::move(next));
    co_return nullptr;
}

/// What has been said and who asks for what is looked up now, as late as can be.
dispatcher::agent_life dispatcher::run_agent(std::unique_ptr<agent::assignment> what, recorder& stages) {
    const auto open = co_await with_.ask.refresh(what->subject);
    if (!open) co_return blame_forge(open.error());
    if (!*open && what->subject.what != event::action::commented)
        co_return core::fail(core::errc::not_wanted, "the merge request is not open any more");
    const auto briefed = co_await with_.ask.brief(*what);
    if (!briefed) co_return blame_forge(briefed.error());
    co_return co_await with_.agents.run(std::move(what), stages);
}

/// Awaits an agent's life, and writes down how it ended.
asio::awaitable<void> dispatcher::see_through(recorder& stages, agent_life life) {
    auto ended = co_await guarded(stages.job(), std::move(life));
    if (!ended && ended.error().code == core::errc::forge_unreachable)
        (void)co_await guarded(stages.job(), with_.forges.look(stages.forge()));
    co_await asio::this_coro::throw_if_cancelled(false);  // how it ended is written down all the same
    const auto written = co_await async::shielded(conclude(stages, std::move(ended)), record_bound);
    if (!written) observe::error("how the job ended could not be written down in time", {{"job", stages.job()}});
}

asio::awaitable<void> dispatcher::conclude(recorder& stages, core::result<agent::outcome> ended) {
    if (!ended && ended.error().code == core::errc::left_running) {
        stages.left_running();
        observe::info("agent left running for the next start", stages.about(), {});
        co_return;
    }
    if (!ended) {
        co_await after_failed_start(stages, ended.error());
        co_return;
    }
    const bool as_meant = ended->how != agent::ending::failed && ended->how != agent::ending::timed_out;
    observe::log(as_meant ? observe::level::info : observe::level::warning, "agent ended", stages.about(),
                 {{"outcome", to_text(ended->how)}, {"reason", ended->reason}, {"last_line", last_line(*ended)}});
    const auto written = co_await stages.ended(*ended);
    if (!written) co_return;
    count_end(*written);
    if (written->started_at) with_.metrics.job_duration(core::now() - *written->started_at);
}

asio::awaitable<void> dispatcher::after_failed_start(const recorder& stages, core::error failure) {
    const auto& own = running_.at(stages.job());
    if (own.ended) co_return;
    if (own.order.how == agent::ending::cancelled) {
        co_await end_unstarted(stages, journal::job_state::cancelled, own.order.reason);
        co_return;
    }
    const auto policy = policy_of(with_.settings->retry);
    const surroundings known{with_.needs.engine.open(), with_.needs.of(stages.forge()).open()};
    const auto step = job::after_failed_start(failure, stages.attempt(), policy, known);
    if (step == next_step::ended_meanwhile) co_return;
    if (step == next_step::refuse || step == next_step::supersede) {
        const auto how = step == next_step::refuse ? journal::job_state::refused : journal::job_state::superseded;
        observe::info("job not run", stages.about(), {{"reason", describe(failure)}});
        co_await end_unstarted(stages, how, describe(failure));
        co_return;
    }
    if (step == next_step::give_up) {
        observe::error("the agent could not be started", stages.about(),
                       {{"attempt", stages.attempt()}, {"reason", describe(failure)}});
        co_await end_unstarted(stages, journal::job_state::failed, describe(failure));
        co_return;
    }

    if (step == next_step::wait_for_engine) with_.needs.engine.set(false, describe(failure));
    auto change = back_to_the_queue(stages, step, failure);
    const auto queued = co_await write_down(with_.journal, stages.job(), std::move(change));
    if (queued)
        enqueue(*queued);
    else if (queued.error().code != core::errc::conflict)
        observe::error("the job is left to the next start", stages.about(), {{"reason", describe(queued.error())}});
}

/// An attempt is spent, and another follows after a backoff; any other step leaves the attempt unspent.
journal::job_change dispatcher::back_to_the_queue(const recorder& stages, next_step step, const core::error& failure) {
    journal::job_change change;
    change.state = journal::job_state::queued;
    change.outcome = std::string();
    change.reason = describe(failure);
    if (step != next_step::retry) change.attempt = stages.attempt() - 1;
    if (step != next_step::retry && step != next_step::park) return change;

    const auto tries = static_cast<std::size_t>(stages.attempt() - 1);
    const auto wait = async::backoff(policy_of(with_.settings->retry), tries, async::real_environment().random(),
                                     failure.retry_after);
    change.not_before = core::now() + wait;
    with_.metrics.retried("launch");
    observe::warning(step == next_step::park ? "the agent cannot be started for as long as was said; its job is parked"
                                             : "the agent could not be started; another attempt follows",
                     stages.about(), {{"attempt", stages.attempt()}, {"wait", wait}, {"reason", describe(failure)}});
    return change;
}

/// The end of a job without an agent.
asio::awaitable<void> dispatcher::end_unstarted(const recorder& stages, journal::job_state how, std::string reason) {
    const auto ended = co_await write_down(with_.journal, stages.job(), end_change(how, std::move(reason)));
    if (ended) count_end(*ended);
}

void dispatcher::count_end(const journal::job_record& ended) {
    with_.metrics.job_ended(to_text(ended.kind), to_text(ended.state));
    with_.tell.owes();
}

}  // namespace familiar::job
