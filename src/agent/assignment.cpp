#include "agent/assignment.hpp"

#include "agent/credentials.hpp"
#include "agent/permitted.hpp"

namespace familiar::agent {

namespace {

/// Both forges show the head of a merge request under the repository itself, so that it serves forks too.
std::string head_ref(const event::event& subject) {
    const auto number = std::to_string(subject.request.number);
    return subject.repo.forge == event::provider::github ? "refs/pull/" + number + "/head"
                                                         : "refs/merge-requests/" + number + "/head";
}

}  // namespace

particulars::particulars(const assignment& what)
    : job(what.job),
      delivery(what.subject.delivery),
      forge(what.subject.repo.forge),
      path(what.subject.repo.path),
      number(what.subject.request.number) {}

observe::fields about(const particulars& what) {
    return {{"job", what.job},
            {"delivery", what.delivery},
            {"repository", std::string(to_text(what.forge)) + "/" + what.path},
            {"number", what.number}};
}

std::string container_name(const assignment& what) {
    return "familiar-agent-" + what.job + "-" + std::to_string(what.attempt);
}

std::filesystem::path log_path(const config::logging_settings& logging, const assignment& what) {
    const auto& subject = what.subject;
    const auto name =
        core::to_file_stamp(what.created) + "-" + std::string(to_text(what.kind)) + "-" + what.job + ".log";
    return logging.dir / to_text(subject.repo.forge) / subject.repo.path / std::to_string(subject.request.number) /
           name;
}

std::filesystem::path job_folder(const config::repo_cache_settings& cache, const std::string& job) {
    return cache.dir / "jobs" / job;
}

std::filesystem::path out_folder(const config::repo_cache_settings& cache, const std::string& job) {
    return job_folder(cache, job) / "out";
}

git::workspace_request workspace_request(const config::settings& settings, const assignment& what) {
    const auto& subject = what.subject;
    const auto forge = subject.repo.forge;
    auto credential = configured_credential(settings.providers, forge);
    git::workspace_request request;
    request.from.key = std::string(to_text(forge)) + "/" + subject.repo.path;
    request.from.url = config::git_url(settings.providers, forge) + "/" + subject.repo.path + ".git";
    request.from.username = std::move(credential.username);
    request.from.token = std::move(credential.token);
    request.from.ca_file = settings.git.ca_file;
    request.job = what.job;
    request.head_ref = head_ref(subject);
    request.source_branch = subject.request.source_branch;
    request.target_branch = subject.request.target_branch;
    request.may_push = permitted(settings.permissions, what).push_commits;
    request.number = subject.request.number;
    request.approved_head = what.approved_head;
    request.trusts_configuration = what.trusted_author;
    return request;
}

}  // namespace familiar::agent
