#include "app/api_client.hpp"

#include "http/classify.hpp"
#include "http/client.hpp"
#include "observe/escape.hpp"

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <cstddef>

namespace familiar::app {

namespace {

/// Of the body of an answer that is no success.
constexpr std::size_t longest_complaint = 4096;

/// The status of a path that the server does not know, and of a job.
constexpr unsigned unknown = 404;

std::string encoded(const std::string& text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

bool has_configuration(const configuration_choice& chosen) {
    if (chosen.file) return true;
    const auto places = config::search_places().configurations;
    return std::any_of(places.begin(), places.end(), [](const auto& file) {
        std::error_code ignored;
        return std::filesystem::exists(file, ignored);
    });
}

/// The "error" of the API's answers; what it says otherwise, if that is short.
std::string complaint_in(const std::string& body) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(body, failed);
    const auto* object = failed ? nullptr : value.if_object();
    const auto* error = object == nullptr ? nullptr : object->if_contains("error");
    if (error != nullptr && error->is_string()) return observe::escape_control(error->get_string());
    return observe::escape_control(body.substr(0, 200));
}

}  // namespace

std::optional<api_client> api_client::make(const api_choice& chosen) {
    auto url = chosen.url.empty() ? variable("FAMILIAR_URL") : chosen.url;
    auto token = variable("FAMILIAR_TOKEN");
    const bool needs_file = chosen.configuration.file || url.empty() || token.empty();
    if (needs_file && has_configuration(chosen.configuration)) {
        const auto loaded = load(chosen.configuration);
        if (!loaded) return std::nullopt;
        const auto& server = loaded->values.server;
        if (url.empty()) url = local_operators_url(server);
        if (token.empty()) token = server.api_token.reveal();
    }
    if (url.empty()) url = local_operators_url({});
    return api_client(without_slash(std::move(url)), std::move(token));
}

core::result<boost::json::object> api_client::ask(const char* method, const std::string& path) const {
    const auto answer = run_to_end(http::fetch(method, url_ + path, header("application/json"), {}, answer_bound));
    if (!answer) return answer.error();
    if (answer->status / 100 != 2) return refusal(*answer);
    boost::system::error_code failed;
    auto value = boost::json::parse(answer->body, failed);
    if (failed || !value.is_object())
        return core::fail(core::errc::invalid, "what answers at " + url_ + " is no Familiar server");
    return std::move(value.get_object());
}

core::result<void> api_client::stream(const std::string& path, const std::string& accept,
                                      const std::function<bool(std::string_view)>& on_piece) const {
    http::response answer{.status = 0};
    const auto on_head = [&](const http::response& head) {
        answer = head;
        return true;
    };
    const auto on_body = [&](std::string_view piece) {
        if (answer.status / 100 == 2) return on_piece(piece);
        answer.body += piece.substr(0, longest_complaint - answer.body.size());
        return true;
    };
    auto ended = run_to_end(http::fetch_stream("GET", url_ + path, header(accept), answer_bound, on_head, on_body));
    if (ended && answer.status / 100 != 2) return refusal(answer);
    return ended;
}

core::error api_client::refusal(const http::response& answer) const {
    if (answer.status == 401)
        return core::fail(core::errc::authentication_failed,
                          token_.empty() ? "the server wants a token: set FAMILIAR_TOKEN to its server.api_token"
                                         : "the server does not take this token: set FAMILIAR_TOKEN to its "
                                           "server.api_token");
    if (answer.status == unknown) {
        const auto api = run_to_end(http::fetch("GET", url_ + "/api/jobs?limit=1", header("*/*"), {}, answer_bound));
        if (api && api->status == unknown)
            return core::fail(core::errc::not_found,
                              "there is no API at " + url_ +
                                  ": set server.api_token in the server's configuration; with a server.admin_port the "
                                  "API is there");
    }
    auto failure = http::classify(url_, answer, core::now());
    if (const auto said = complaint_in(answer.body); !said.empty()) {
        failure.message = said;
        if (failure.retry_after) failure.message += "; try again in " + core::to_text(*failure.retry_after);
    }
    return failure;
}

http::header_list api_client::header(const std::string& accept) const {
    http::header_list fields{{"Accept", accept}};
    if (!token_.empty()) fields.emplace_back("Authorization", "Bearer " + token_);
    return fields;
}

std::string job_path(const std::string& job, const std::string& below) {
    return "/api/jobs/" + encoded(job) + below;
}

std::string to_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
    std::string query;
    for (const auto& [name, value] : parameters)
        if (!value.empty()) query += (query.empty() ? "?" : "&") + name + "=" + encoded(value);
    return query;
}

}  // namespace familiar::app
