#include "git/turnstile.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace familiar::git {

namespace asio = boost::asio;

/// Lives in the waiting coroutine. However that ends, the waiter leaves the queue, and a turn that it was given but
/// did not take goes to the next.
struct turnstile::waiter {
    waiter(turnstile& owner, std::string waits_for)
        : owner(owner), name(std::move(waits_for)), woken(owner.executor_, asio::steady_timer::time_point::max()) {
        owner.queues_.at(name).push_back(this);
    }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() {
        if (given) {
            owner.pass_on(name);
        } else if (!taken) {
            owner.queues_.at(name).remove(this);
        }
    }

    turn take() {
        given = false;
        taken = true;
        return turn(owner, name);
    }

    turnstile& owner;
    std::string name;
    asio::steady_timer woken;
    bool given = false;
    bool taken = false;
};

asio::awaitable<turnstile::turn> turnstile::enter(std::string name) {
    if (queues_.try_emplace(name).second) co_return turn(*this, std::move(name));

    waiter self(*this, std::move(name));
    boost::system::error_code woken;
    co_await self.woken.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!self.given) throw boost::system::system_error(asio::error::operation_aborted);
    co_return self.take();
}

void turnstile::pass_on(const std::string& name) {
    const auto found = queues_.find(name);
    if (found->second.empty()) {
        queues_.erase(found);
        return;
    }
    waiter* const next = found->second.front();
    found->second.pop_front();
    next->given = true;
    next->woken.cancel();
}

}  // namespace familiar::git
