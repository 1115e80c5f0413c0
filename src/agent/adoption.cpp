#include "agent/life.hpp"

namespace asio = boost::asio;

namespace familiar::agent {

life::life(const agents::tools& with, assignment what, adoption of, stages& recorder)
    : with_(with),
      server_(with.settings.snapshot()),
      settings_(server_),
      what_(std::move(what)),
      recorder_(recorder),
      container_(std::move(of.container.name)),
      log_(std::move(of.log)),
      folder_(job_folder(settings_->repo_cache, what_.job)),
      out_(out_folder(settings_->repo_cache, what_.job)),
      created_(true),
      launched_(true),
      started_(of.container.started_at.value_or(core::now())),
      deadline_(of.container.deadline),
      decided_(std::move(of.decided)),
      announced_(decided_.has_value()) {}

/// The engine is asked anew: what was found may be a while ago. The exit code of one that has ended speaks for itself,
/// even if it is that of a `docker stop`: one of ours is written down before it is given, and would have come as
/// decided.
asio::awaitable<core::result<outcome>> life::live_on() {
    seen_ = (co_await look()).has_value();
    if (seen_) co_await note_start(*started_, deadline_);
    if (decided_) co_return co_await end_early(*decided_);
    co_await recall_credentials();
    co_return co_await accompany();
}

}  // namespace familiar::agent
