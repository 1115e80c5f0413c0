#include "job/intake.hpp"

#include "core/ulid.hpp"
#include "observe/log.hpp"
#include "triage/triage.hpp"

namespace asio = boost::asio;

namespace familiar::job {

asio::awaitable<core::result<answer>> intake::accept(journal::delivery origin, event::event incoming) {
    const auto decision = triage::classify(incoming, settings_);
    if (const auto* nothing = std::get_if<triage::ignored>(&decision)) co_return answer(ignored{nothing->reason});
    if (std::holds_alternative<triage::stop>(decision)) co_return answer(ignored{"the merge request is closed"});

    journal::job_record job;
    job.id = core::make_ulid(origin.received);
    job.subject = std::move(incoming);
    job.kind = std::get<triage::run>(decision).kind;
    job.created_at = origin.received;

    auto recorded = co_await journal_.record(std::move(origin), job);
    if (!recorded) co_return recorded.error();
    if (recorded->duplicate) co_return answer(duplicate{recorded->job, recorded->state});

    observe::info("job received", {{"job", job.id},
                                   {"delivery", job.subject.delivery},
                                   {"repository", job.subject.repo.path},
                                   {"number", job.subject.request.number},
                                   {"event", to_text(job.kind)}});
    job.retry_of = recorded->retry_of;
    jobs_.admit(job);
    co_return answer(queued{job.id});
}

}  // namespace familiar::job
