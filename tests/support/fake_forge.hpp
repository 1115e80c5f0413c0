#pragma once

#include "provider/forge.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace familiar::test {

/// A forge whose every answer is a function that a test sets; without one there is nothing to tell, and everything
/// that is written succeeds. Counts the calls by their names.
class fake_forge : public provider::forge {
public:
    template <class T>
    using answer = core::result<T>;
    template <class T, class... Arguments>
    using answers = std::function<answer<T>(Arguments...)>;

    answers<provider::identity> on_identify = [] { return provider::identity{"familiar[bot]", false}; };
    answers<provider::merge_request_state, std::string, std::int64_t> on_merge_request =
        [](const std::string&, std::int64_t) { return core::fail(core::errc::not_found, "no such merge request"); };
    answers<config::permission, std::string, event::actor> on_permission = [](const std::string&, const event::actor&) {
        return config::permission::write;
    };
    answers<std::vector<event::remark>, std::string, std::int64_t> on_comments = [](const std::string&, std::int64_t) {
        return std::vector<event::remark>{};
    };
    answers<event::remark, std::string, std::int64_t, std::string> on_post = [](const std::string&, std::int64_t,
                                                                                std::string body) {
        event::remark made;
        made.said.id = 1;
        made.said.body = std::move(body);
        return made;
    };
    answers<void, std::string, std::int64_t, std::int64_t, std::string> on_edit =
        [](const std::string&, std::int64_t, std::int64_t, const std::string&) { return answer<void>(); };
    answers<void, std::string, std::int64_t, std::optional<event::comment>> on_react =
        [](const std::string&, std::int64_t, const std::optional<event::comment>&) { return answer<void>(); };
    answers<void, std::string, provider::commit_status> on_status =
        [](const std::string&, const provider::commit_status&) { return answer<void>(); };
    answers<provider::credential, std::string, provider::access> on_credential =
        [](const std::string&, provider::access) { return provider::credential{}; };
    answers<std::vector<provider::missed_delivery>, std::string, std::vector<std::string>, core::wall_time> on_missed =
        [](const std::string&, const std::vector<std::string>&, core::wall_time) {
            return std::vector<provider::missed_delivery>{};
        };
    answers<std::vector<provider::merge_request_state>, std::string, core::wall_time> on_open_requests =
        [](const std::string&, core::wall_time) { return std::vector<provider::merge_request_state>{}; };
    bool is_narrow = false;

    std::map<std::string, int> calls;

    boost::asio::awaitable<answer<provider::identity>> identify() override {
        ++calls["identify"];
        co_return on_identify();
    }
    boost::asio::awaitable<answer<provider::merge_request_state>> merge_request(std::string path,
                                                                                std::int64_t number) override {
        ++calls["merge_request"];
        co_return on_merge_request(std::move(path), number);
    }
    boost::asio::awaitable<answer<config::permission>> permission(std::string path, event::actor who) override {
        ++calls["permission"];
        co_return on_permission(std::move(path), std::move(who));
    }
    boost::asio::awaitable<answer<std::vector<event::remark>>> comments(std::string path,
                                                                        std::int64_t number) override {
        ++calls["comments"];
        co_return on_comments(std::move(path), number);
    }
    boost::asio::awaitable<answer<event::remark>> post_comment(std::string path, std::int64_t number,
                                                               std::string body) override {
        ++calls["post_comment"];
        co_return on_post(std::move(path), number, std::move(body));
    }
    boost::asio::awaitable<answer<void>> edit_comment(std::string path, std::int64_t number, std::int64_t comment,
                                                      std::string body) override {
        ++calls["edit_comment"];
        co_return on_edit(std::move(path), number, comment, std::move(body));
    }
    boost::asio::awaitable<answer<void>> react(std::string path, std::int64_t number,
                                               std::optional<event::comment> note) override {
        ++calls["react"];
        co_return on_react(std::move(path), number, std::move(note));
    }
    boost::asio::awaitable<answer<void>> set_status(std::string path, provider::commit_status status) override {
        ++calls["set_status"];
        co_return on_status(std::move(path), std::move(status));
    }
    boost::asio::awaitable<answer<provider::credential>> credential_for(std::string path,
                                                                        provider::access wanted) override {
        ++calls["credential_for"];
        co_return on_credential(std::move(path), wanted);
    }
    bool narrows() const override { return is_narrow; }
    boost::asio::awaitable<answer<std::vector<provider::missed_delivery>>> missed_deliveries(
        std::string hook_path, std::vector<std::string> paths, core::wall_time since) override {
        ++calls["missed_deliveries"];
        co_return on_missed(std::move(hook_path), std::move(paths), since);
    }
    boost::asio::awaitable<answer<std::vector<provider::merge_request_state>>> open_requests(
        std::string path, core::wall_time since) override {
        ++calls["open_requests"];
        co_return on_open_requests(std::move(path), since);
    }
};

}  // namespace familiar::test
