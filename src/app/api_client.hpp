#pragma once

#include "app/command.hpp"
#include "core/error.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace familiar::app {

/// How a command reaches the API of a running server.
struct api_choice {
    configuration_choice configuration;
    std::string url;    ///< --url; empty: FAMILIAR_URL, else the configured address, else http://127.0.0.1:7000
    bool json = false;  ///< --json: print what the API says
};

/// A running server's API, as the commands use it. Errors are sentences to print: what the API says, what to do where
/// it does not let us in, and when to try again where it told. Their codes are those of http::classify.
class api_client {
public:
    /// The configuration is read only where URL or token come from nowhere else, and only if there is one. None, and
    /// what is wrong has been printed, if that fails.
    static std::optional<api_client> make(const api_choice& chosen);

    api_client(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}

    /// The body of an answer that is a success, and an object.
    core::result<boost::json::object> get(const std::string& path) const { return ask("GET", path); }
    core::result<boost::json::object> post(const std::string& path) const { return ask("POST", path); }

    /// Hands on the body of a success in the pieces in which it comes, until its end, or until `on_piece` says false.
    core::result<void> stream(const std::string& path, const std::string& accept,
                              const std::function<bool(std::string_view)>& on_piece) const;

private:
    core::result<boost::json::object> ask(const char* method, const std::string& path) const;
    core::error refusal(const http::response& answer) const;
    http::header_list header(const std::string& accept) const;

    std::string url_;
    std::string token_;
};

/// "/api/jobs/<job><below>" for whatever somebody typed.
std::string job_path(const std::string& job, const std::string& below = {});

/// "?name=value&..." of the parameters that have a value.
std::string to_query(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace familiar::app
