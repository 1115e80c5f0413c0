#include "job/intake.hpp"

#include "core/ulid.hpp"
#include "job/placing.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"
#include "triage/authorise.hpp"
#include "triage/triage.hpp"

namespace asio = boost::asio;

namespace familiar::job {

asio::awaitable<core::result<answer>> intake::accept(journal::delivery origin, event::event incoming) {
    const auto decision = triage::classify(incoming, *settings_, ask_.own_logins(incoming.repo.forge));
    if (const auto* nothing = std::get_if<triage::ignored>(&decision)) {
        observe::log(observe::level::debug, "webhook ignored", journal::about(incoming), {{"reason", nothing->reason}});
        if (auto noted = co_await note_own_head(incoming); !noted) co_return noted.error();
        co_return answer(ignored{nothing->reason});
    }
    if (std::holds_alternative<triage::stop>(decision)) co_return co_await stop(std::move(origin), std::move(incoming));

    journal::job_record job;
    job.id = core::make_ulid(origin.received);
    job.meaning = meaning_of(incoming, origin.event_name);
    job.subject = std::move(incoming);
    job.kind = std::get<triage::run>(decision).kind;
    job.created_at = origin.received;
    job.waiting_since = origin.received;

    auto recorded = co_await jobs_.record(std::move(origin), std::move(job));
    if (!recorded) co_return recorded.error();
    if (recorded->duplicate) co_return answer(duplicate{std::move(recorded->job), recorded->state});
    co_return answer(queued{std::move(recorded->job)});
}

/// What the bot has pushed is nothing new for a later start that looks for heads nobody told it of.
asio::awaitable<core::result<void>> intake::note_own_head(const event::event& ignored) {
    const auto& [forge, path, branch] = ignored.repo;
    const bool is_head = ignored.what == event::action::opened || ignored.what == event::action::updated;
    if (!is_head || ignored.request.head.empty() ||
        !triage::is_own(ignored.sender.login, *settings_, ask_.own_logins(forge)))
        co_return core::result<void>();
    co_return co_await journal_.note_own_head(forge, path, ignored.request.number, ignored.request.head);
}

/// A close has no job of its own: it is done with when it is on disk. What it ends is on disk with it, so that nothing
/// of it goes on after a crash either.
asio::awaitable<core::result<answer>> intake::stop(journal::delivery origin, event::event incoming) {
    const auto verdict = triage::authorise(incoming, settings_->triggers);
    if (const auto* refused = std::get_if<triage::refused>(&verdict)) co_return answer(ignored{refused->reason});
    const auto closed = co_await journal_.close_request(std::move(origin), incoming.repo.forge, incoming.repo.path,
                                                        incoming.request.number, "the merge request was closed");
    if (!closed) co_return closed.error();
    observe::info("merge request closed", journal::about(incoming),
                  {{"jobs", closed->cancelled.size() + closed->to_stop.size()}});
    jobs_.closed(*closed);
    co_return answer(ignored{"the merge request is closed"});
}

}  // namespace familiar::job
