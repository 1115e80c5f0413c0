#include "job/teller.hpp"

#include "async/retry.hpp"
#include "core/time.hpp"
#include "job/feedback_text.hpp"
#include "job/plain_text.hpp"
#include "job/schedule.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// What a note is worth waiting for between its two attempts; whatever comes after it waits, too.
constexpr std::chrono::milliseconds note_patience{1'000};

/// How many of a repository's jobs are looked through for a later one at the same commit.
constexpr std::size_t looked_through = 200;

/// A status's description; the forge cuts it further (GitHub at 140 characters).
constexpr std::size_t longest_description = 250;

bool asks_for_time(const core::result<void>& done) {
    return !done && core::is_transient(done.error()) && done.error().retry_after;
}

}  // namespace

teller::teller(event::provider forge, const config::current& settings, journal::journal& journal)
    : forge_(forge), settings_(settings), journal_(journal), remarks_(settings), begun_(core::now()) {}

asio::awaitable<core::result<void>> teller::say(provider::forge& at, progress_note note) {
    const async::retry_policy policy{1, std::min(settings_->retry.initial_backoff, note_patience), note_patience};
    auto done = co_await async::retry(policy, [&] { return once_more(at, note); });
    if (asks_for_time(done)) co_return done;
    if (!done)
        observe::warning("how a job stands could not be shown on its merge request",
                         {{"job", note.job}, {"reason", describe(done.error())}});
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> teller::once_more(provider::forge& at, progress_note note) {
    if (auto seen = co_await notice(at, note); !seen) co_return seen;
    if (note.status.commit.empty()) co_return core::result<void>();
    co_return co_await mark(at, note.job, note.path, note.status);
}

/// Errors pass.
asio::awaitable<core::result<void>> teller::notice(provider::forge& at, const progress_note& note) {
    for (const auto& target : note.noticed) {
        const auto key = target ? std::pair(target->where, target->id) : std::pair(event::place::conversation, 0L);
        if (traces_[note.job].noticed.contains(key)) continue;
        auto done = co_await at.react(note.path, note.number, target);
        if (!done && may_pass(done.error())) co_return done;
        if (!done) complain("a reaction", done.error());
        traces_[note.job].noticed.insert(key);
    }
    co_return core::result<void>();
}

/// Errors pass.
asio::awaitable<core::result<void>> teller::mark(provider::forge& at, std::string job, std::string path,
                                                 provider::commit_status status) {
    // Before it is known to be there: the answer may get lost.
    traces_[job].commits.insert(status.commit);
    auto done = co_await at.set_status(std::move(path), std::move(status));
    if (done || may_pass(done.error())) co_return done;
    complain("a commit status", done.error());
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> teller::tell(provider::forge& at, journal::job_record job) {
    const auto plan = plan_of(job);
    auto link = link_of(job);
    if (job.state == journal::job_state::superseded && job.subject.note) {
        // It has joined another job, which answers it, or was an order that has been followed.
        const progress_note seen{.job = job.id,
                                 .path = job.subject.repo.path,
                                 .number = job.subject.request.number,
                                 .noticed = {job.subject.note}};
        if (auto done = co_await notice(at, seen); !done) co_return done;
    }
    if (plan.says != speech::nothing) {
        const auto written = co_await write_comment(at, job, plan.says);
        if (!written && may_pass(written.error())) co_return written.error();
        if (!written)
            observe::warning("a comment could not be written", journal::about(job),
                             {{"reason", describe(written.error())}});
        if (written && !written->empty()) link = *written;
    }
    co_return co_await set_marks(at, job, plan, std::move(link));
}

asio::awaitable<core::result<std::string>> teller::write_comment(provider::forge& at, const journal::job_record& job,
                                                                 speech says) {
    const auto& bot = settings_->bot_username;
    remark_to_write what{.path = job.subject.repo.path,
                         .number = job.subject.request.number,
                         .mark = {remark_mark::kind::job, job.id},
                         .text = {},
                         .may_replace = !answers_a_comment(job)};
    if (says == speech::outcome) {
        what.text = outcome_text(job, bot);
    } else if (says == speech::approval) {
        what.text =
            approval_text(job, bot, std::max(settings_->triggers.minimum_permission, config::permission::write));
    } else {
        what.text = refusal_text(job);
        what.mark = refusal_mark(job.subject.sender, what.text);
        what.may_replace = false;
    }
    co_return co_await remarks_.write(at, std::move(what));
}

/// The mark at the job's commit; whatever it has put elsewhere, or where nothing is to stay, is taken back. None where
/// another job has its own, or will have.
asio::awaitable<core::result<void>> teller::set_marks(provider::forge& at, const journal::job_record& job,
                                                      feedback_plan plan, std::string link) {
    auto commits = marked_by(job);
    if (plan.mark && !commit_of(job).empty()) commits.insert(commit_of(job));
    for (const auto& commit : commits) {
        const auto taken = co_await belongs_to_another(job, commit);
        if (!taken) co_return taken.error();
        if (*taken) continue;
        const bool stays = plan.mark && commit == commit_of(job);
        provider::commit_status status{commit, stays ? *plan.mark : provider::progress::stopped,
                                       stays ? cut(standing(job), longest_description) : "no agent works on it", link};
        if (auto done = co_await mark(at, job.id, job.subject.repo.path, std::move(status)); !done) co_return done;
    }
    co_return core::result<void>();
}

/// Where the job has, or may have, a mark. A comment that has joined another job never had one.
std::set<std::string> teller::marked_by(const journal::job_record& job) const {
    std::set<std::string> commits;
    if (const auto known = traces_.find(job.id); known != traces_.end()) commits = known->second.commits;
    const bool joined = job.state == journal::job_state::superseded && job.subject.note && job.attempt == 0;
    if (job.created_at < begun_ && job.state != journal::job_state::refused && !joined)
        for (const auto& commit : {job.head, job.subject.request.head})
            if (!commit.empty()) commits.insert(commit);
    return commits;
}

/// To a later job, ids being in the order of time, or to one that goes on.
asio::awaitable<core::result<bool>> teller::belongs_to_another(const journal::job_record& job, std::string commit) {
    journal::job_filter which;
    which.path = job.subject.repo.path;
    which.limit = looked_through;
    const auto jobs = co_await journal_.list(std::move(which));
    if (!jobs) co_return jobs.error();
    co_return std::ranges::any_of(*jobs, [&](const journal::job_record& other) {
        return other.id != job.id && (other.id > job.id || !is_final(other.state)) &&
               stands_at(other, job.subject, commit);
    });
}

void teller::forget(const journal::job_record& job) {
    traces_.erase(job.id);
    remarks_.forget(job.subject.repo.path, job.subject.request.number, {remark_mark::kind::job, job.id});
}

/// A token without a permission must not fill the log.
void teller::complain(std::string_view about, const core::error& failure) {
    if (!complaints_.insert(std::string(about) + failure.code.message()).second) return;
    observe::warning("the forge does not take something; that is not logged again",
                     {{"provider", to_text(forge_)}, {"what", about}, {"reason", describe(failure)}});
}

}  // namespace familiar::job
