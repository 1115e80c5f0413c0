#include "agent/life.hpp"

namespace asio = boost::asio;

namespace familiar::agent {

life::life(const agents::tools& with, const assignment& what, adoption of, stages& recorder)
    : with_(with),
      settings_(with.settings.snapshot()),
      what_(what),
      recorder_(recorder),
      container_(std::move(of.container.name)),
      log_(of.log.string()),
      created_(true),
      launched_(true),
      started_(of.container.started_at.value_or(core::now())),
      deadline_(of.container.deadline),
      decided_(std::move(of.decided)),
      announced_(decided_.has_value()) {}

/// The engine is asked anew: what was found may be a while ago. The exit code of one that has ended speaks for itself,
/// even if it is that of a `docker stop`: one of ours is written down before it is given, and would have come as
/// decided.
asio::awaitable<void> life::live_on() {
    seen_ = (co_await look()).has_value();
    if (seen_) co_await note_start(*started_, deadline_);
    if (decided_) {
        said_ = co_await end_early(*decided_);
        co_return;
    }
    co_await recall_credentials();
    co_await accompany();
    co_await settle();
}

}  // namespace familiar::agent
