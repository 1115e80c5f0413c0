#include "job/forge_desk.hpp"

#include "async/retry.hpp"
#include "core/time.hpp"
#include "job/keys.hpp"
#include "job/retry_policy.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Notes that wait.
constexpr std::size_t most_notes = 1'000;

/// How many owed jobs are looked at: few, as long as one of them can be told of; more, where those are all of another
/// forge or wait for another attempt.
constexpr std::size_t few_jobs = 50;
constexpr std::size_t most_jobs = 3'200;

/// How long after its end a job is worth telling of, if the forge has not taken it until then.
constexpr std::chrono::hours worth_telling{24};

/// Sets a flag for as long as it lives.
class attendance {
public:
    attendance(bool& attended, async::signal& changed) : attended_(attended), changed_(changed) { attended_ = true; }
    attendance(const attendance&) = delete;
    attendance& operator=(const attendance&) = delete;
    ~attendance() {
        attended_ = false;
        changed_.notify();
    }

private:
    bool& attended_;
    async::signal& changed_;
};

}  // namespace

forge_desk::forge_desk(const asio::any_io_executor& executor, event::provider forge, const feedback::tools& with)
    : forge_(forge),
      with_(with),
      says_(forge, with.settings, with.journal),
      looks_at_(few_jobs),
      called_(executor),
      changed_(executor) {}

void forge_desk::add(progress_note note) {
    if (with_.forges(forge_) == nullptr) return;
    if (notes_.size() >= most_notes) {
        observe::warning("too much is to be said at the forge: how a job stands is not shown",
                         {{"job", note.job}, {"provider", to_text(forge_)}});
        return;
    }
    notes_.push_back(std::move(note));
    call();
}

void forge_desk::call() {
    ++calls_;
    called_.notify();
}

asio::awaitable<void> forge_desk::settled() {
    call();
    const auto target = calls_;
    while (attended_ && done_ < target) co_await changed_.wait();
}

asio::awaitable<void> forge_desk::attend() {
    const attendance here(attended_, changed_);
    for (;;) {
        const auto heard = calls_;
        const bool all = co_await work_off();
        if (!all) continue;
        done_ = heard;
        changed_.notify();
        if (calls_ != heard) continue;
        const auto then = next_attempt();
        if (then == clock::time_point::max())
            co_await called_.wait();
        else
            co_await called_.wait_until(then);
    }
}

/// Says what can be said now. False if there may be more.
asio::awaitable<bool> forge_desk::work_off() {
    if (is_silent()) co_return true;
    auto owed = co_await with_.journal.to_tell(looks_at_);
    if (!owed) {
        observe::error("it is not known of which jobs people have to be told", {{"reason", describe(owed.error())}});
        silent_until_ = clock::now() + with_.settings->retry.max_backoff;
        co_return true;
    }
    const bool full = owed->size() == looks_at_;
    if (!full) forget_all_but(*owed);
    const bool tried = co_await tell_in_order(std::move(*owed));
    while (!notes_.empty() && !is_silent()) co_await say_next_note();

    const bool sees_all = !full || (!tried && looks_at_ == most_jobs);
    looks_at_ = full && !tried ? std::min(2 * looks_at_, most_jobs) : few_jobs;
    co_return sees_all || is_silent();
}

/// Whether one was tried. Of each merge request the oldest first: what cannot be said holds up what comes after it
/// there, and nothing else.
asio::awaitable<bool> forge_desk::tell_in_order(std::vector<journal::job_record> owed) {
    bool tried = false;
    std::map<std::string, clock::time_point> held_up;  // merge requests, until when
    for (auto& job : owed) {
        if (job.subject.repo.forge != forge_) continue;
        const auto key = merge_request_key(job.subject);
        if (waits(job, held_up[key])) continue;
        tried = true;
        co_await say_next_note();
        if (is_silent()) co_return tried;
        const auto done = co_await tell(job);
        if (done)
            later_.erase(job.id);
        else
            held_up[key] = postpone(job, done.error());
        if (is_silent()) co_return tried;
    }
    co_return tried;
}

/// Whether it is too early for the job. `held_up`: the same of its merge request, which it may put off further.
bool forge_desk::waits(const journal::job_record& job, clock::time_point& held_up) {
    const auto own = later_.find(job.id);
    if (own != later_.end()) held_up = own->second.until = std::max(own->second.until, held_up);
    return held_up > clock::now();
}

/// What is owed no longer is tried no more.
void forge_desk::forget_all_but(const std::vector<journal::job_record>& owed) {
    std::erase_if(later_, [&owed](const auto& entry) {
        return std::ranges::find(owed, entry.first, &journal::job_record::id) == owed.end();
    });
}

/// Nothing if there is none. It stays if the forge wants to be asked later.
asio::awaitable<void> forge_desk::say_next_note() {
    if (notes_.empty()) co_return;
    auto note = std::move(notes_.front());
    notes_.pop_front();
    auto* const at = with_.forges(forge_);
    if (at == nullptr) co_return;
    const auto said = co_await says_.say(*at, note);
    if (said) co_return;
    notes_.push_front(std::move(note));
    silent_until_ = clock::now() + said.error().retry_after.value_or(with_.settings->retry.max_backoff);
}

/// How it stood on its way comes before how it ended; of one that was not run that is of no interest any more. False if
/// the forge wants to be asked later.
asio::awaitable<bool> forge_desk::say_notes_of(journal::job_record job) {
    const auto is_about_it = [&job](const progress_note& note) { return note.job == job.id; };
    if (!plan_of(job).mark) std::erase_if(notes_, is_about_it);
    for (;;) {
        const auto own = std::ranges::find_if(notes_, is_about_it);
        if (own == notes_.end()) co_return true;
        std::rotate(notes_.begin(), own, std::next(own));
        co_await say_next_note();
        if (is_silent()) co_return false;
    }
}

/// Tells of a job and keeps that. Errors pass. Where the forge is silent afterwards it may not have heard of it.
asio::awaitable<core::result<void>> forge_desk::tell(journal::job_record job) {
    const auto now = co_await with_.journal.find(job.id);
    if (!now) co_return now.error();
    if (!*now || (*now)->state != job.state) co_return core::result<void>();  // it is owed as it stands by now
    if (auto* const at = with_.forges(forge_)) {
        if (!co_await say_notes_of(job)) co_return core::result<void>();
        const auto told = co_await says_.tell(*at, job);
        const bool worth_it = core::now() - job.finished_at.value_or(job.created_at) < worth_telling;
        if (!told && worth_it) co_return told.error();
        if (!told)
            observe::warning("nobody was told of the job: the forge has not taken it for a day", journal::about(job),
                             {{"reason", describe(told.error())}});
    }
    auto kept = co_await with_.journal.told(job.id, job.state);
    if (kept && is_final(job.state)) says_.forget(job);
    co_return kept;
}

/// Until when. Never at once: what was written may take a moment to show where it is looked for.
forge_desk::clock::time_point forge_desk::postpone(const journal::job_record& job, const core::error& failure) {
    auto& wait = later_[job.id];
    const auto policy = policy_of(with_.settings->retry);
    const auto drawn = async::backoff(policy, wait.tries, async::real_environment().random(), failure.retry_after);
    const auto pause = std::max(policy.initial_backoff, drawn);
    wait.until = clock::now() + pause;
    if (failure.retry_after) silent_until_ = wait.until;
    with_.metrics.retried("forge_api");
    observe::log(wait.tries == 0 ? observe::level::warning : observe::level::debug,
                 "people could not be told of the job; another attempt follows", journal::about(job),
                 {{"attempt", wait.tries + 1}, {"wait", pause}, {"reason", describe(failure)}});
    ++wait.tries;
    return wait.until;
}

/// When something is tried again by itself; max if nothing is. Not at once, whatever came due a moment ago.
forge_desk::clock::time_point forge_desk::next_attempt() const {
    if (is_silent()) return silent_until_;
    if (later_.empty()) return clock::time_point::max();
    const auto next = std::ranges::min(later_ | std::views::values, {}, &postponed::until).until;
    return std::max(next, clock::now() + with_.settings->retry.initial_backoff);
}

}  // namespace familiar::job
