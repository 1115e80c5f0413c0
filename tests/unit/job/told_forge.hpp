#pragma once

#include "async/sleep.hpp"
#include "core/time.hpp"
#include "support/fake_forge.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

/// What happens to a call, in place of what should.
struct mishap {
    std::string call;       ///< "post_comment", "edit_comment", "comments", "set_status", "react", "identify"
    core::error failure{};  ///< what it ends with
    bool done = false;      ///< it has happened all the same: only the answer is lost
    bool silence = false;   ///< it never ends by itself
};

inline core::error away() {
    return core::fail(core::errc::unavailable, "the server answers 502 Bad Gateway");
}

inline core::error limited(std::chrono::milliseconds wait) {
    auto failure = core::fail(core::errc::unavailable, "the server answers 429 Too Many Requests");
    failure.retry_after = wait;
    return failure;
}

inline core::error forbidden() {
    return core::fail(core::errc::authentication_failed, "the server answers 403 Forbidden");
}

/// A forge of which only what people see is there: comments, reactions and statuses. The bot is "familiar[bot]".
class told_forge : public fake_forge {
public:
    template <class T>
    using answer = boost::asio::awaitable<core::result<T>>;

    std::vector<event::remark> remarks;             ///< of all merge requests
    std::vector<provider::commit_status> statuses;  ///< in the order they came
    std::vector<std::string> eyes;                  ///< "request", or the comment's id
    std::deque<mishap> mishaps;                     ///< each comes true at the first call that it fits
    std::optional<core::error> gone{};              ///< all calls end so, as long as it is there
    provider::identity own{"familiar[bot]", false};

    /// A comment that somebody makes.
    void comment(const std::string& login, std::string body, event::place where = event::place::conversation,
                 std::int64_t number = 7) {
        event::remark made;
        made.said.id = ++last_;
        made.said.body = std::move(body);
        made.said.url = "https://forge/comment/" + std::to_string(last_);
        made.said.where = where;
        made.author.login = login;
        made.author.bot = login.ends_with("[bot]");
        numbers_[made.said.id] = number;
        remarks.push_back(std::move(made));
    }

    std::vector<std::string> bodies() const {
        std::vector<std::string> all;
        for (const auto& remark : remarks) all.push_back(remark.said.body);
        return all;
    }

    /// The statuses of a commit: "queued, running".
    std::string course(const std::string& commit) const {
        std::string all;
        for (const auto& status : statuses) {
            if (status.commit != commit) continue;
            if (!all.empty()) all += ", ";
            constexpr std::array names{"queued", "running", "succeeded", "failed", "stopped"};
            all += names.at(static_cast<std::size_t>(status.now));
        }
        return all;
    }

    answer<provider::identity> identify() override {
        if (auto failed = co_await failure("identify")) co_return *failed;
        co_return own;
    }
    answer<std::vector<event::remark>> comments(std::string, std::int64_t number) override {
        if (auto failed = co_await failure("comments")) co_return *failed;
        auto found = remarks;
        std::erase_if(found, [&](const auto& remark) { return numbers_.at(remark.said.id) != number; });
        co_return found;
    }
    answer<event::remark> post_comment(std::string, std::int64_t number, std::string body) override {
        const auto failed = co_await failure("post_comment");
        if (failed && !lost_) co_return *failed;
        comment(own.login, std::move(body), event::place::conversation, number);
        if (failed) co_return *failed;
        co_return remarks.back();
    }
    answer<void> edit_comment(std::string, std::int64_t, std::int64_t id, std::string body) override {
        const auto failed = co_await failure("edit_comment");
        if (failed && !lost_) co_return *failed;
        const auto old = std::ranges::find(remarks, id, [](const auto& remark) { return remark.said.id; });
        if (old == remarks.end()) co_return core::fail(core::errc::not_found, "no such comment");
        old->said.body = std::move(body);
        if (failed) co_return *failed;
        co_return core::result<void>();
    }
    answer<void> react(std::string, std::int64_t, std::optional<event::comment> note) override {
        if (auto failed = co_await failure("react")) co_return *failed;
        eyes.push_back(note ? std::to_string(note->id) : "request");
        co_return core::result<void>();
    }
    answer<void> set_status(std::string, provider::commit_status status) override {
        if (auto failed = co_await failure("set_status")) co_return *failed;
        statuses.push_back(std::move(status));
        co_return core::result<void>();
    }

private:
    boost::asio::awaitable<std::optional<core::error>> failure(std::string call) {
        ++calls[call];
        lost_ = false;
        if (gone) co_return gone;
        const auto next = std::ranges::find(mishaps, call, &mishap::call);
        if (next == mishaps.end()) co_return std::nullopt;
        const auto what = *next;
        mishaps.erase(next);
        if (what.silence) co_await async::sleep_for(std::chrono::hours(1));
        lost_ = what.done;
        co_return what.failure;
    }

    std::int64_t last_ = 0;
    std::map<std::int64_t, std::int64_t> numbers_;  ///< the merge request of a comment
    bool lost_ = false;
};

}  // namespace familiar::test
