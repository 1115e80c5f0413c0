#pragma once

#include "event/event.hpp"
#include "journal/job.hpp"

#include <cstdint>
#include <string>

/// Names by which the queue knows repositories and merge requests.
namespace familiar::job {

inline std::string repository_key(event::provider forge, const std::string& path) {
    return std::string(to_text(forge)) + "/" + path;
}

inline std::string merge_request_key(event::provider forge, const std::string& path, std::int64_t number) {
    return repository_key(forge, path) + "#" + std::to_string(number);
}

inline std::string merge_request_key(const event::event& subject) {
    return merge_request_key(subject.repo.forge, subject.repo.path, subject.request.number);
}

}  // namespace familiar::job
