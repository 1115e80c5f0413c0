#include "support/messages_api_answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <atomic>
#include <sstream>

// https://docs.anthropic.com/en/api/messages, .../streaming and .../errors
namespace familiar::test {

namespace json = boost::json;

namespace {

std::string next_id(const std::string& prefix) {
    static std::atomic<int> last = 0;
    return prefix + "_" + std::to_string(++last);
}

json::object usage_of(std::int64_t input, std::int64_t output) {
    return {{"input_tokens", input},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", 0},
            {"output_tokens", output}};
}

const char* stop_reason(const messages_turn& turn) {
    return turn.tool.empty() ? "end_turn" : "tool_use";
}

/// A message of the model: what the whole answer is without events, and what they begin with.
json::object message(const messages_call& call, json::array content, json::value stopped, json::object usage) {
    return {{"id", next_id("msg")},          {"type", "message"},
            {"role", "assistant"},           {"model", call.model},
            {"content", std::move(content)}, {"stop_reason", std::move(stopped)},
            {"stop_sequence", nullptr},      {"usage", std::move(usage)}};
}

json::object text_block(const std::string& text) {
    return {{"type", "text"}, {"text", text}};
}

json::object tool_block(const messages_turn& turn, json::object input) {
    return {{"type", "tool_use"}, {"id", next_id("toolu")}, {"name", turn.tool}, {"input", std::move(input)}};
}

std::string event(json::object data) {
    const std::string type(data.at("type").as_string());
    return "event: " + type + "\ndata: " + json::serialize(data) + "\n\n";
}

/// A block that begins empty and comes in two pieces.
std::string block_events(int index, json::object empty, const std::string& kind, const std::string& field,
                         const std::string& whole) {
    auto events = event({{"type", "content_block_start"}, {"index", index}, {"content_block", std::move(empty)}});
    const auto half = whole.size() / 2;
    for (const auto& piece : {whole.substr(0, half), whole.substr(half)})
        events += event({{"type", "content_block_delta"},
                         {"index", index},
                         {"delta", json::object{{"type", kind}, {field, piece}}}});
    return events + event({{"type", "content_block_stop"}, {"index", index}});
}

std::string all_events(const messages_call& call, const messages_turn& turn) {
    auto events =
        event({{"type", "message_start"}, {"message", message(call, {}, nullptr, usage_of(turn.usage.input, 1))}});
    int index = 0;
    if (!turn.text.empty()) events += block_events(index++, text_block(""), "text_delta", "text", turn.text);
    if (!turn.tool.empty())
        events +=
            block_events(index, tool_block(turn, {}), "input_json_delta", "partial_json", json::serialize(turn.input));
    events += event({{"type", "message_delta"},
                     {"delta", json::object{{"stop_reason", stop_reason(turn)}, {"stop_sequence", nullptr}}},
                     {"usage", json::object{{"output_tokens", turn.usage.output}}}});
    return events + event({{"type", "message_stop"}});
}

std::string whole_message(const messages_call& call, const messages_turn& turn) {
    json::array content;
    if (!turn.text.empty()) content.push_back(text_block(turn.text));
    if (!turn.tool.empty()) content.push_back(tool_block(turn, turn.input));
    return json::serialize(
        message(call, std::move(content), stop_reason(turn), usage_of(turn.usage.input, turn.usage.output)));
}

std::string chunk(const std::string& data) {
    std::ostringstream size;
    size << std::hex << data.size();
    return size.str() + "\r\n" + data + "\r\n";
}

bool send_error(peer& client, const messages_turn& turn) {
    std::string headers = "Content-Type: application/json\r\n";
    for (const auto& [name, value] : turn.headers) headers.append(name).append(": ").append(value).append("\r\n");
    const json::object body{{"type", "error"},
                            {"error", json::object{{"type", turn.error}, {"message", turn.message}}},
                            {"request_id", next_id("req")}};
    return client.answer(std::to_string(turn.status) + " Error", json::serialize(body), headers);
}

/// What has gone out so far is not the whole.
bool break_off(peer& client, const messages_turn& turn) {
    if (turn.ends == messages_turn::ending::stall) client.wait_for_end();
    return false;
}

bool send_events(peer& client, const messages_call& call, const messages_turn& turn) {
    const auto events = all_events(call, turn);
    const bool sent = client.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    if (turn.ends == messages_turn::ending::whole) return sent && client.send(chunk(events) + "0\r\n\r\n");
    // In the middle of the text: something has come already.
    client.send(chunk(events.substr(0, events.find("content_block_stop"))));
    return break_off(client, turn);
}

bool send_at_once(peer& client, const messages_call& call, const messages_turn& turn) {
    const auto body = whole_message(call, turn);
    if (turn.ends == messages_turn::ending::whole)
        return client.answer("200 OK", body, "Content-Type: application/json\r\n");
    client.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body.substr(0, body.size() / 2));
    return break_off(client, turn);
}

}  // namespace

bool send_turn(peer& client, const messages_call& call, const messages_turn& turn) {
    if (turn.ends == messages_turn::ending::silence) {
        client.wait_for_end();
        return false;
    }
    if (turn.status != 200) return send_error(client, turn);
    return call.streamed ? send_events(client, call, turn) : send_at_once(client, call, turn);
}

}  // namespace familiar::test
