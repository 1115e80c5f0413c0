#include "support/messages_api.hpp"

#include "support/messages_api_answer.hpp"

#include <boost/algorithm/string/find.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace familiar::test {

namespace json = boost::json;

namespace {

const json::value* member(const json::object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string text_of(const json::object& of, std::string_view name) {
    const auto* found = member(of, name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

/// The content of a message as blocks: it may be a text by itself.
json::array blocks_of(const json::value& message) {
    const auto& content = message.at("content");
    if (content.is_array()) return content.get_array();
    return {json::object{{"type", "text"}, {"text", content}}};
}

/// What came back from a tool: a text, or blocks.
std::string result_of(const json::object& block) {
    const auto* content = member(block, "content");
    if (content == nullptr) return {};
    return content->is_string() ? std::string(content->get_string()) : json::serialize(*content);
}

void read_messages(const json::array& messages, messages_call& into) {
    if (messages.empty()) return;
    for (const auto& block : blocks_of(messages.front())) into.prompt += text_of(block.as_object(), "text") + "\n";
    // What the system adds may come behind the user's.
    const auto last = std::find_if(messages.rbegin(), messages.rend(),
                                   [](const json::value& one) { return text_of(one.as_object(), "role") == "user"; });
    if (last == messages.rend()) return;
    for (const auto& block : blocks_of(*last))
        if (text_of(block.as_object(), "type") == "tool_result")
            into.tool_results.push_back(result_of(block.as_object()));
}

messages_call read_call(const std::string& request) {
    messages_call call;
    const auto head_end = request.find("\r\n\r\n");
    call.head = request.substr(0, head_end + 2);
    call.method = call.head.substr(0, call.head.find(' '));
    call.path = call.head.substr(call.method.size() + 1);
    call.path.erase(call.path.find(' '));

    boost::system::error_code no_json;
    const auto parsed = json::parse(std::string_view(request).substr(head_end + 4), no_json);
    if (no_json || !parsed.is_object()) return call;
    const auto& body = parsed.get_object();
    call.model = text_of(body, "model");
    const auto* streamed = member(body, "stream");
    call.streamed = streamed != nullptr && streamed->as_bool();
    const auto* tools = member(body, "tools");
    call.has_tools = tools != nullptr && !tools->as_array().empty();
    if (const auto* messages = member(body, "messages")) read_messages(messages->as_array(), call);
    return call;
}

bool asks_for_a_message(const messages_call& call) {
    return call.method == "POST" && call.path.substr(0, call.path.find('?')) == "/v1/messages";
}

}  // namespace

messages_turn messages_turn::says(std::string text, messages_usage usage) {
    return {.text = std::move(text), .usage = usage};
}

messages_turn messages_turn::runs(std::string command, messages_usage usage) {
    return {.tool = "Bash", .input = {{"command", std::move(command)}, {"description", "Work"}}, .usage = usage};
}

messages_turn messages_turn::refuses(unsigned status, std::string message, headers_of headers) {
    const char* error = status == 401   ? "authentication_error"
                        : status == 404 ? "not_found_error"
                        : status == 429 ? "rate_limit_error"
                        : status == 529 ? "overloaded_error"
                                        : "api_error";
    return {.status = status, .error = error, .message = std::move(message), .headers = std::move(headers)};
}

messages_turn messages_turn::ends_early(ending how) {
    return {.text = "It goes on for ever", .ends = how};
}

std::string messages_call::header(const std::string& name) const {
    const auto found = boost::algorithm::ifind_first(head, "\r\n" + name + ": ");
    return {found.end(), std::find(found.end(), head.end(), '\r')};
}

messages_api::messages_api() : server_([this](peer& client) { serve(client); }) {}

void messages_api::script(const std::string& mark, std::vector<messages_turn> turns) {
    const std::lock_guard lock(guard_);
    conversations_.push_back({.mark = mark, .turns = std::move(turns)});
}

std::vector<messages_call> messages_api::calls(const std::string& mark) const {
    const std::lock_guard lock(guard_);
    const auto found = std::ranges::find(conversations_, mark, &conversation::mark);
    return found == conversations_.end() ? std::vector<messages_call>() : found->calls;
}

std::vector<messages_call> messages_api::others() const {
    const std::lock_guard lock(guard_);
    return others_;
}

messages_turn messages_api::next_turn(const messages_call& call) {
    const std::lock_guard lock(guard_);
    const auto found = std::ranges::find_if(
        conversations_, [&](const conversation& one) { return call.prompt.find(one.mark) != std::string::npos; });
    if (call.has_tools && found != conversations_.end()) {
        found->calls.push_back(call);
        return found->turns.at(std::min(found->next++, found->turns.size() - 1));
    }
    others_.push_back(call);
    if (call.has_tools) return messages_turn::refuses(404, "no script for this conversation");
    return messages_turn::says("Work", {.input = 0, .output = 0});
}

void messages_api::serve(peer& client) {
    while (const auto request = client.read_request()) {
        const auto call = read_call(*request);
        if (asks_for_a_message(call)) {
            if (!send_turn(client, call, next_turn(call))) return;
            continue;
        }
        {
            const std::lock_guard lock(guard_);
            others_.push_back(call);
        }
        const bool counts = call.path.starts_with("/v1/messages/count_tokens");
        if (!client.answer("200 OK", counts ? R"({"input_tokens":1})" : "", "Content-Type: application/json\r\n"))
            return;
    }
}

}  // namespace familiar::test
