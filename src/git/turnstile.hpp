#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <map>
#include <string>
#include <utility>

namespace familiar::git {

/// Lets one through at a time per name; the others wait in the order in which they came, and other names do not wait
/// for them. Everything happens on one executor that runs on one thread, and the turnstile outlives its turns.
class turnstile {
public:
    /// Passing; the next one's turn comes when this is destroyed.
    class turn {
    public:
        turn(turnstile& owner, std::string name) : owner_(&owner), name_(std::move(name)) {}
        turn(turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), name_(std::move(other.name_)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (owner_) owner_->pass_on(name_);
        }

    private:
        turnstile* owner_;
        std::string name_;
    };

    explicit turnstile(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Suspends until it is the caller's turn. Throws operation_aborted when cancelled, which lets nobody starve.
    boost::asio::awaitable<turn> enter(std::string name);

private:
    struct waiter;
    using queue = std::list<waiter*>;

    void pass_on(const std::string& name);

    boost::asio::any_io_executor executor_;
    std::map<std::string, queue> queues_;  ///< has a name while somebody is through; holds those who wait
};

}  // namespace familiar::git
