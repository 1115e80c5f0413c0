#pragma once

#include "provider/rest.hpp"
#include "support/peer_server.hpp"
#include "support/run_coroutine.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// A REST client and a server that answers byte by byte what a test wants.
namespace familiar::test::scripted_rest {

inline constexpr auto token = "a-token-that-nobody-may-see";

struct reply {
    std::string status = "200 OK";
    std::string headers{};
    std::string body = "{}";
};

/// Answers the requests that come with these, one after the other, and the last one for ever.
class scripted {
public:
    explicit scripted(std::vector<reply> replies)
        : replies_(std::move(replies)), server_([this](peer& client) { serve(client); }) {}

    std::string url() const { return server_.url(); }

    std::vector<std::string> requests() const {
        const std::lock_guard lock(guard_);
        return requests_;
    }

private:
    void serve(peer& client) {
        while (const auto request = client.read_request()) {
            std::unique_lock lock(guard_);
            const auto answer = replies_[std::min(requests_.size(), replies_.size() - 1)];
            requests_.push_back(*request);
            lock.unlock();
            client.answer(answer.status, answer.body, answer.headers);
        }
    }

    std::vector<reply> replies_;
    mutable std::mutex guard_{};
    std::vector<std::string> requests_{};
    peer_server server_;
};

struct desk {
    explicit desk(std::vector<reply> replies) : server(std::move(replies)) {}

    provider::rest::call about(const std::string& path = "/thing") const {
        return {.what = "the thing", .url = server.url() + path, .headers = {{"Authorization", authorization}}};
    }

    core::result<boost::json::value> ask(provider::rest::call call) {
        return run_coroutine(context, rest.send(std::move(call)));
    }
    core::result<boost::json::value> ask() { return ask(about()); }

    core::result<std::vector<boost::json::value>> list(std::size_t most = 100, provider::element_test goes_on = {}) {
        return run_coroutine(context, rest.list(about(), most, std::move(goes_on)));
    }

    scripted server;
    std::string authorization = std::string("Bearer ") + token;
    boost::asio::io_context context{1};
    http::client client{context.get_executor(), {.idle_per_origin = 0}, {}};
    std::vector<std::string> codes{};
    std::vector<double> remaining{};
    provider::rest rest{client,
                        "github",
                        {.requested = [this](std::string_view, std::string_view code) { codes.emplace_back(code); },
                         .remaining = [this](std::string_view, double left) { remaining.push_back(left); }}};
};

inline bool says(const core::error& failure, std::string_view part) {
    return failure.message.find(part) != std::string::npos;
}

inline reply page(const std::string& elements, const std::string& next) {
    return {.headers = next.empty() ? "" : "Link: <" + next + ">; rel=\"next\"\r\n", .body = elements};
}

}  // namespace familiar::test::scripted_rest
