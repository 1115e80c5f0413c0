#pragma once

#include "support/temporary_directory.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

/// The engine as somebody with a terminal sees it.
namespace familiar::test {

/// What `docker ARGUMENTS...` prints. Throws if it fails.
std::string docker(const std::vector<std::string>& arguments);

/// Names of the containers, running or not, that carry a label ("key" or "key=value").
std::vector<std::string> containers(const std::string& label);

/// Names of those that run.
std::vector<std::string> running_containers(const std::string& label);

/// Whether there is one of this name, running or not.
bool has_container(const std::string& name);

/// `docker inspect` of a container.
boost::json::object inspect(const std::string& name);

/// What a shell command prints inside a running container. Throws if it fails.
std::string in_container(const std::string& name, const std::string& command);

/// What the engine tells of the containers with a label while this object lives.
class event_log {
public:
    explicit event_log(const std::string& label);
    ~event_log();
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;

    /// Waits for the first event of this kind, such as "die"; when it was, in ms since 1970.
    std::int64_t time_of(const std::string& action) const;
    /// How many of this kind there have been so far, as far as the engine has told.
    std::size_t count(const std::string& action) const;

private:
    std::vector<std::int64_t> times_of(const std::string& action) const;

    temporary_directory folder_;
    pid_t stream_;
};

/// The docker programs on this machine's PATH, each once.
std::vector<std::string> docker_programs();

}  // namespace familiar::test
