#pragma once

#include "core/time.hpp"
#include "provider/forge.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

/// A forge that makes credentials as a GitHub App does, "token-1", "token-2" and so on, and can do nothing else.
class issuing_forge final : public provider::forge {
public:
    bool narrows() const override { return narrow; }

    boost::asio::awaitable<core::result<provider::credential>> credential_for(std::string path,
                                                                              provider::access wanted) override {
        asked.emplace_back(std::move(path), wanted);
        if (!failures.empty()) {
            const auto failure = std::move(failures.front());
            failures.pop_front();
            if (failure) co_return *failure;
        }
        provider::credential made{"x-access-token", core::secret("token-" + std::to_string(++issued)), {}};
        made.expires = core::now() + life;
        if (lives.empty()) co_return made;
        made.expires = core::now() + lives.front();
        lives.pop_front();
        co_return made;
    }

    bool narrow = true;
    int issued = 0;
    std::chrono::milliseconds life = std::chrono::hours(1);
    std::deque<std::chrono::milliseconds> lives{};      ///< of the next ones
    std::deque<std::optional<core::error>> failures{};  ///< in place of the next ones; none: that one is made
    std::vector<std::pair<std::string, provider::access>> asked{};

private:
    template <class T>
    using answer = boost::asio::awaitable<core::result<T>>;
    static core::error unable() { return core::fail(core::errc::refused, "not by this forge"); }

    answer<provider::identity> identify() override { co_return unable(); }
    answer<provider::merge_request_state> merge_request(std::string, std::int64_t) override { co_return unable(); }
    answer<config::permission> permission(std::string, event::actor) override { co_return unable(); }
    answer<std::vector<event::remark>> comments(std::string, std::int64_t) override { co_return unable(); }
    answer<event::remark> post_comment(std::string, std::int64_t, std::string) override { co_return unable(); }
    answer<void> edit_comment(std::string, std::int64_t, std::int64_t, std::string) override { co_return unable(); }
    answer<void> react(std::string, std::int64_t, std::optional<event::comment>) override { co_return unable(); }
    answer<void> set_status(std::string, provider::commit_status) override { co_return unable(); }
    answer<std::vector<provider::missed_delivery>> missed_deliveries(std::string, std::vector<std::string>,
                                                                     core::wall_time) override {
        co_return unable();
    }
    answer<std::vector<provider::merge_request_state>> open_requests(std::string, core::wall_time) override {
        co_return unable();
    }
};

}  // namespace familiar::test
