#include "docker/watcher.hpp"

#include "async/sleep.hpp"
#include "async/timeout.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <set>

namespace asio = boost::asio;

namespace familiar::docker {

namespace {

using core::errc;

/// The stream replays what happened since a moment before the listing, which covers the time between the two. A
/// replayed event does no harm, so the margin is generous; it also covers clocks that differ a little.
constexpr std::chrono::seconds replayed{10};

/// After an event for a container that still seems to run: an engine may tell of an end before it shows it.
constexpr std::chrono::milliseconds asked_again_after{500};

bool is(const core::error& failure, errc code) {
    return failure.code == make_error_code(code);
}

}  // namespace

container_watch::container_watch(engine& source, label_map labels, watch_policy policy, break_observer on_break)
    : engine_(source), labels_(std::move(labels)), policy_(policy), on_break_(std::move(on_break)) {}

asio::awaitable<void> container_watch::run() {
    for (std::size_t breaks = 0;;) {
        const auto opened = clock::now();
        const auto since = core::now() - replayed;
        const auto listed = co_await reconcile();
        core::error failure;
        if (listed) {
            failure = co_await engine_.watch_ends(labels_, since, policy_.reopen_every,
                                                  [this](std::string_view name) { wake(name); });
            if (is(failure, errc::timed_out)) {
                breaks = 0;
                continue;
            }
        } else {
            failure = listed.error();
        }

        last_break_ = clock::now();
        if (on_break_) on_break_(failure);
        const bool was_well = listed && clock::now() - opened > policy_.backoff.max_backoff;
        if (was_well) breaks = 0;
        const double random = async::real_environment().random();
        co_await async::sleep_for(async::backoff(policy_.backoff, breaks++, random));
    }
}

/// Wakes everybody whose container a listing does not show alive.
asio::awaitable<core::result<void>> container_watch::reconcile() {
    if (waiters_.empty()) co_return core::result<void>{};
    const auto listed = co_await engine_.list(labels_);
    if (!listed) co_return listed.error();
    std::set<std::string, std::less<>> alive;
    for (const auto& state : *listed)
        if (!state.ended()) alive.insert(state.name);
    for (const auto& [name, waiter] : waiters_)
        if (!alive.contains(name)) waiter->wake();
    co_return core::result<void>{};
}

void container_watch::wake(std::string_view name) {
    const auto [begin, end] = waiters_.equal_range(name);
    for (auto it = begin; it != end; ++it) {
        it->second->by_event = true;
        it->second->wake();
    }
}

void container_watch::waiter::wake() {
    woken = true;
    timer.cancel();
}

container_watch::registration::registration(waiter_map& among, const std::string& name, waiter& which)
    : among_(among), place_(among.emplace(name, &which)) {}

container_watch::registration::~registration() {
    among_.erase(place_);
}

// What a question takes is gone again while this waits, which may be for hours, and for a thousand at once.
asio::awaitable<std::unique_ptr<const container_end>> container_watch::wait(std::string name, clock::time_point until) {
    // Registered before the first question, so that no end falls between the two.
    waiter me{asio::steady_timer(co_await asio::this_coro::executor)};
    const registration entry(waiters_, name, me);
    for (bool told = false; clock::now() < until;) {
        me.woken = false;
        const bool answered = co_await ask(name, me, until);
        if (me.end) co_return std::move(me.end);
        if (me.woken) {
            told = true;
            continue;
        }

        auto next = until;
        if (told) next = std::min(next, clock::now() + asked_again_after);
        if (!answered) next = std::min<clock::time_point>(next, clock::now() + policy_.backoff.max_backoff);
        me.timer.expires_at(next);
        boost::system::error_code woken;
        co_await me.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto state_of_caller = co_await asio::this_coro::cancellation_state;
        if (state_of_caller.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        told = me.woken;
    }
    co_return nullptr;
}

/// Whether the engine says anything; that it has ended is noted.
asio::awaitable<bool> container_watch::ask(const std::string& name, waiter& me, clock::time_point until) {
    auto state = co_await async::with_timeout(engine_.inspect(name), until - clock::now());
    if (state && state->ended())
        me.end = std::make_unique<const container_end>(container_end{
            .name = name, .by_event = me.by_event, .exit_code = state->exit_code, .state = std::move(*state)});
    if (!state && is(state.error(), errc::no_such_container))
        me.end = std::make_unique<const container_end>(
            container_end{.name = name, .vanished = true, .by_event = me.by_event});
    co_return state.has_value();
}

}  // namespace familiar::docker
