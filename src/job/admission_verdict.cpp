#include "async/until.hpp"
#include "job/admission.hpp"
#include "job/approving.hpp"
#include "job/placing.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <optional>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// A comment carries neither origin nor branch at GitHub.
bool knows_branches(const event::merge_request& request) {
    return request.head_origin != event::origin::unknown && !request.source_branch.empty() &&
           !request.target_branch.empty();
}

/// Whether there is nothing that inquiry::complete or the journal could add.
bool is_whole(const event::merge_request& request) {
    return knows_branches(request) && !request.head.empty();
}

/// Whether somebody's approval of the head would let it in.
bool depends_on_approval(const event::merge_request& request, const config::triggers_settings& triggers) {
    return request.head_origin != event::origin::same_repository && !request.head.empty() &&
           triggers.forks == config::forks_policy::approve;
}

/// What the comment of a job approves, that has not been heard before.
std::optional<triage::approval> approval_in(const journal::job_record& job, const std::string& bot_username) {
    if (job.subject.what != event::action::commented || job.state != journal::job_state::received) return std::nullopt;
    return triage::read_intent(job.subject.note->body, bot_username).approves;
}

std::string_view to_words(journal::job_state state) {
    switch (state) {
        case journal::job_state::held:
            return "job held";
        case journal::job_state::refused:
            return "job refused";
        case journal::job_state::expired:
            return "job expired";
        default:
            return "job joined another";
    }
}

}  // namespace

template <class T>
asio::awaitable<core::result<T>> admission::until_drain(event::provider forge,
                                                        asio::awaitable<core::result<T>> question) {
    // Without an API there is nothing to wait for.
    if (!with_.ask.has_api(forge)) co_return co_await std::move(question);
    const auto drained = core::fail(core::errc::shutting_down, "the server was shut down before the forge answered");
    if (draining_) co_return drained;
    auto answer = co_await async::until(drained_, std::move(question));
    if (!answer) co_return drained;
    co_return std::move(*answer);
}

/// What becomes of a job about which neither its forge nor the journal has to be asked; none if one of them has to be.
/// Of the bot's own events, which only an API can tell under another name, none gets here.
journal::placement_rule admission::rule_at_once(journal::job_record& job) const {
    const auto& subject = job.subject;
    const auto& triggers = with_.settings->triggers;
    if (with_.ask.has_api(subject.repo.forge) || !knows_branches(subject.request) ||
        depends_on_approval(subject.request, triggers) || approval_in(job, with_.settings->bot_username))
        return {};
    const auto verdict = triage::authorise(subject, triggers);
    if (std::holds_alternative<triage::allowed>(verdict)) return rule_of_now();
    const auto* refused = std::get_if<triage::refused>(&verdict);
    if (refused == nullptr) return {};
    job.summary = refused->said;
    return [reason = refused->reason](const journal::job_record&, const journal::neighbours&) {
        return journal::placement{.refused = reason};
    };
}

/// For a job that may run.
journal::placement_rule admission::rule_of_now() const {
    return [settings = with_.settings.snapshot(), now = core::now()](const journal::job_record& incoming,
                                                                     const journal::neighbours& around) {
        return place(incoming, around, *settings, now);
    };
}

asio::awaitable<core::result<void>> admission::try_to_take_in(candidate& one) {
    auto& job = one.job;
    if (auto learnt = co_await learn(one); !learnt) co_return learnt.error();
    const auto own = co_await until_drain(job.subject.repo.forge, with_.ask.is_own(job.subject));
    if (!own) co_return own.error();
    if (*own) co_return co_await end(job, journal::job_state::refused, "the bot's own event");

    if (auto approval = approval_in(job, with_.settings->bot_username))
        co_return co_await take_approval(job, std::move(*approval));

    const auto standing = co_await standing_of(job.subject);
    if (!standing) co_return standing.error();
    const auto verdict = triage::authorise(job.subject, with_.settings->triggers, *standing);
    if (const auto* refused = std::get_if<triage::refused>(&verdict))
        co_return co_await end(job, journal::job_state::refused, refused->reason, refused->said);
    if (const auto* held = std::get_if<triage::held>(&verdict)) co_return co_await hold(job, held->reason);
    co_return co_await queue_up(one, standing->approved);
}

/// What the event does not say. What waited for an approval is about the head of now: that is the one to be approved.
asio::awaitable<core::result<void>> admission::learn(candidate& one) {
    auto& job = one.job;
    const bool is_held = job.state == journal::job_state::held;
    if (!is_held && is_whole(job.subject.request)) co_return core::result<void>();
    one.asked = true;
    if (is_held) {
        const auto now = co_await until_drain(job.subject.repo.forge, with_.ask.refresh(job.subject));
        if (!now) co_return now.error();
    }
    if (auto completed = co_await until_drain(job.subject.repo.forge, with_.ask.complete(job.subject)); !completed)
        co_return completed.error();
    co_return co_await complete_from_journal(job);
}

/// Where no forge could be asked: an earlier event of the same merge request may have said what this one does not.
asio::awaitable<core::result<void>> admission::complete_from_journal(journal::job_record& job) {
    auto& request = job.subject.request;
    if (knows_branches(request)) co_return core::result<void>();
    const auto known = co_await with_.journal.last_known(job.subject.repo.forge, job.subject.repo.path, request.number);
    if (!known) co_return known.error();
    if (*known) {
        if (request.head_origin == event::origin::unknown) request.head_origin = (*known)->head_origin;
        if (request.source_branch.empty()) request.source_branch = (*known)->source_branch;
        if (request.source_path.empty()) request.source_path = (*known)->source_path;
        if (request.target_branch.empty()) request.target_branch = (*known)->target_branch;
    }
    co_return core::result<void>();
}

asio::awaitable<core::result<triage::standing>> admission::standing_of(const event::event& subject) {
    const auto settings = with_.settings.snapshot();
    triage::standing known;
    if (triage::depends_on_permission(subject, settings->triggers)) {
        const auto told = co_await until_drain(subject.repo.forge, with_.ask.permission(subject.repo, subject.sender));
        if (!told) co_return told.error();
        known.permission = *told;
    }
    const auto& request = subject.request;
    if (depends_on_approval(request, settings->triggers)) {
        const auto approved =
            co_await with_.journal.is_approved(subject.repo.forge, subject.repo.path, request.number, request.head);
        if (!approved) co_return approved.error();
        known.approved = *approved;
    }
    co_return known;
}

asio::awaitable<core::result<void>> admission::queue_up(const candidate& one, bool approved) {
    const auto& request = one.job.subject.request;
    journal::job_change change;
    change.state = journal::job_state::queued;
    change.reason = std::string();
    if (one.asked) change.request = request;
    if (approved) change.approved = request.head;
    auto placed = co_await with_.journal.place(one.job, std::move(change), rule_of_now());
    if (!placed) co_return placed.error();
    report(*placed);
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> admission::hold(const journal::job_record& job, std::string reason) {
    journal::job_change change;
    change.state = journal::job_state::held;
    change.reason = std::move(reason);
    change.request = job.subject.request;
    auto held = co_await with_.journal.hold(job.id, std::move(change));
    if (!held) co_return held.error();
    report(*held);
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> admission::end(const journal::job_record& job, journal::job_state how,
                                                   std::string reason, std::string said) {
    auto change = end_change(how, std::move(reason));
    change.summary = std::move(said);
    auto ended = co_await with_.journal.update(job.id, std::move(change));
    if (!ended) co_return ended.error();
    journal::placed done;
    done.job = std::move(*ended);
    report(done);
    co_return core::result<void>();
}

/// Somebody's "ok-to-run". The approval is on disk before the jobs that wait for it are taken in once more, right
/// after this one; they are what answers the comment.
asio::awaitable<core::result<void>> admission::take_approval(journal::job_record& job, triage::approval approval) {
    const auto settings = with_.settings.snapshot();
    const auto& [forge, path, branch] = job.subject.repo;
    std::optional<config::permission> permission;
    if (!triage::may_approve(job.subject.sender, settings->triggers, permission)) {
        const auto told = co_await until_drain(forge, with_.ask.permission(job.subject.repo, job.subject.sender));
        if (!told) co_return told.error();
        permission = *told;
    }
    if (!triage::may_approve(job.subject.sender, settings->triggers, permission))
        co_return co_await end(job, journal::job_state::refused,
                               job.subject.sender.login + " may not approve merge requests of " + path,
                               "Only people who may write to this repository can have me work on this.");

    if (const auto open = co_await until_drain(forge, with_.ask.refresh(job.subject)); !open) co_return open.error();
    auto waiting = co_await with_.journal.held(forge, path, job.subject.request.number);
    if (!waiting) co_return waiting.error();
    known_heads heads{.recorded = {}, .now = job.subject.request.head};
    for (const auto& held : *waiting)
        if (!held.subject.request.head.empty()) heads.recorded = held.subject.request.head;

    auto judged = judge_approval(approval.head, heads, settings->bot_username);
    if (judged.head.empty())
        co_return co_await end(job, journal::job_state::refused, std::move(judged.reason), std::move(judged.said));
    const auto kept = co_await with_.journal.approve(
        {forge, path, job.subject.request.number, judged.head, job.subject.sender.login});
    if (!kept) co_return kept.error();
    observe::info("head approved", journal::about(job),
                  {{"head", judged.head}, {"by", job.subject.sender.login}, {"held", waiting->size()}});
    if (auto ended = co_await end(job, journal::job_state::superseded, std::move(judged.reason)); !ended)
        co_return ended.error();
    for (auto& held : *waiting) admit(std::move(held));
    co_return core::result<void>();
}

void admission::report(const journal::placed& done) {
    if (done.job.state != journal::job_state::queued)
        observe::info(to_words(done.job.state), journal::about(done.job),
                      {{"sender", done.job.subject.sender.login}, {"reason", done.job.reason}});
    on_placed_(done);
}

}  // namespace familiar::job
