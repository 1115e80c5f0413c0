#pragma once

#include "support/peer_server.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// Anthropic's Messages API (version 2023-06-01, https://docs.anthropic.com/en/api/messages) as far as Claude Code
/// speaks it, with a model that says what a test wants.
namespace familiar::test {

/// What one answer is said to have used, in tokens.
struct messages_usage {
    std::int64_t input = 10'000;
    std::int64_t output = 2'000;
};

/// One answer of the model, and what goes wrong with it.
struct messages_turn {
    using headers_of = std::vector<std::pair<std::string, std::string>>;
    /// cut: the connection ends in the middle; stall: it stays open in the middle; silence: not a byte.
    enum class ending { whole, cut, stall, silence };

    std::string text{};
    std::string tool{};           ///< which it wants to use; empty: the conversation is at its end
    boost::json::object input{};  ///< of the tool
    messages_usage usage{};
    ending ends = ending::whole;
    unsigned status = 200;  ///< another than 200 is an error of this type and with this message
    std::string error{};
    std::string message{};
    headers_of headers{};

    static messages_turn says(std::string text, messages_usage usage = {});
    /// Claude Code's tool Bash.
    static messages_turn runs(std::string command, messages_usage usage = {});
    /// As the API says it: 401 authentication_error, 429 rate_limit_error, 500 api_error, 529 overloaded_error.
    static messages_turn refuses(unsigned status, std::string message, headers_of headers = {});
    static messages_turn ends_early(ending how);
};

/// A request that came.
struct messages_call {
    std::string method{};
    std::string path{};  ///< with the query
    std::string head{};  ///< the request's line and headers
    std::string model{};
    bool streamed = false;                    ///< whether it wants events
    bool has_tools = false;                   ///< the agent's own conversation always has
    std::string prompt{};                     ///< the texts of the conversation's first message
    std::vector<std::string> tool_results{};  ///< of the last message

    /// The value of a header; empty without it. Any case.
    std::string header(const std::string& name) const;
};

/// A server on 127.0.0.1, with threads of its own: all members may be called at any time. Several conversations may be
/// held at once. What is asked besides them (a title, a summary, a count of tokens, whether anybody is there) is
/// answered in a few words that cost nothing and takes no turn of theirs.
class messages_api {
public:
    messages_api();

    /// For ANTHROPIC_BASE_URL.
    std::string url() const { return server_.url(); }

    /// The conversation that has `mark` in its first message gets these turns, one for each request, tried again or
    /// not; then the last of them for ever. One without a script is answered 404.
    void script(const std::string& mark, std::vector<messages_turn> turns);

    /// The requests of that conversation, in their order.
    std::vector<messages_call> calls(const std::string& mark) const;
    /// Those that belong to none.
    std::vector<messages_call> others() const;

private:
    struct conversation {
        std::string mark;
        std::vector<messages_turn> turns;
        std::size_t next = 0;
        std::vector<messages_call> calls{};
    };

    void serve(peer& client);
    messages_turn next_turn(const messages_call& call);

    mutable std::mutex guard_{};
    std::vector<conversation> conversations_{};
    std::vector<messages_call> others_{};
    peer_server server_;
};

}  // namespace familiar::test
