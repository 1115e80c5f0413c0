#pragma once

#include "app/command.hpp"

#include <filesystem>
#include <string>

/// The commands of the program, each as a function that prints and returns the exit code: 0 done, 1 failed, 2
/// configuration or usage.
namespace familiar::app {

/// Runs the server until it is told to end.
int serve(const configuration_choice& chosen);

/// Reads the configuration and says what is wrong with it or worth knowing.
int check(const configuration_choice& chosen);

struct send_request {
    configuration_choice configuration;
    std::string url;       ///< of the server; empty: FAMILIAR_URL, else as for health()
    std::string provider;  ///< "github" or "gitlab"; may be empty with `delivery`
    std::string event;     ///< X-GitHub-Event or X-Gitlab-Event
    std::filesystem::path file;
    std::string delivery;  ///< the id of a kept delivery, in place of event and file
};

/// Signs a payload as the forge would and posts it; prints the answer. 1 if the answer is no 2xx. With FAMILIAR_SECRET,
/// and without --config and a kept delivery, no configuration is read.
int send(const send_request& request);

/// Asks a running server how it is; 0 while /health is 2xx. Without a URL, and without FAMILIAR_URL, at the configured
/// address, or at port 7000 of this machine where there is no configuration to be read.
int health(const configuration_choice& chosen, const std::string& url);

}  // namespace familiar::app
