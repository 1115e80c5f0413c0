#pragma once

#include "support/peer_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

/// The body of an answer of Anthropic's Messages API that calls this tool with these arguments.
inline std::string tool_call(const std::string& tool, boost::json::value arguments,
                             const std::string& stop_reason = "tool_use") {
    namespace json = boost::json;
    return json::serialize(json::object{
        {"id", "msg_01"},
        {"type", "message"},
        {"role", "assistant"},
        {"content", json::array{json::object{
                        {"type", "tool_use"}, {"id", "toolu_01"}, {"name", tool}, {"input", std::move(arguments)}}}},
        {"stop_reason", stop_reason},
        {"usage", json::object{{"input_tokens", 400}, {"output_tokens", 50}}}});
}

/// A local stand-in for the Messages API: answers its requests in the order in which the answers are given, the last
/// of them for ever.
class language_model {
public:
    struct answer {
        std::string status = "200 OK";
        std::string body{};
        std::string headers{};
        bool silent = false;  ///< none at all, until the client gives up
    };

    explicit language_model(std::vector<answer> answers)
        : answers_(std::move(answers)), server_([this](peer& client) { serve(client); }) {}

    std::string url() const { return server_.url(); }

    /// All requests so far, head and body.
    std::vector<std::string> requests() const {
        const std::lock_guard lock(guard_);
        return requests_;
    }

private:
    void serve(peer& client) {
        while (auto request = client.read_request()) {
            const auto next = note(std::move(*request));
            if (next.silent) return client.wait_for_end();
            client.answer(next.status, next.body, next.headers);
        }
    }

    answer note(std::string request) {
        const std::lock_guard lock(guard_);
        requests_.push_back(std::move(request));
        return answers_[std::min(requests_.size(), answers_.size()) - 1];
    }

    mutable std::mutex guard_{};
    std::vector<answer> answers_;
    std::vector<std::string> requests_{};
    peer_server server_;
};

}  // namespace familiar::test
