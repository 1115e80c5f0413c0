#pragma once

#include "config/settings.hpp"
#include "event/event.hpp"
#include "support/fake_engine.hpp"
#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace familiar::test {

namespace detail {

/// Makes the bare repository $REPOSITORY, with its head in the file "tip". Input for git-fast-import(1): main, and
/// feature with a commit more.
inline constexpr auto make_repository = R"(set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --bare --initial-branch=main "$REPOSITORY"
git -C "$REPOSITORY" fast-import --quiet <<'END'
commit refs/heads/main
committer somebody <somebody@localhost> 1700000000 +0000
data 4
main
M 100644 inline README.md
data 3
hi

commit refs/heads/feature
committer somebody <somebody@localhost> 1700000001 +0000
data 7
feature
from refs/heads/main
M 100644 inline src/lib/spin.txt
data 5
spin

END
for number in 1 2 3 4 5 6 7 8 9; do
    git -C "$REPOSITORY" update-ref refs/pull/$number/head refs/heads/feature
    git -C "$REPOSITORY" update-ref refs/merge-requests/$number/head refs/heads/feature
done
git -C "$REPOSITORY" rev-parse refs/heads/feature > "$REPOSITORY/tip"
)";

}  // namespace detail

/// The text of a file, or nothing.
inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// What a server works with and what is there before and after it: an engine that does what a test says, a forge that
/// is a folder (the repository acme/widgets with merge requests 1 to 9, all from the branch "feature"), and settings
/// that are patient with nobody.
class site : public no_leftovers {
public:
    site();

    /// Commit of all merge requests.
    const std::string& head() const { return head_; }

    /// The names in jobs/: workspaces that are there.
    std::vector<std::string> workspaces() const;

    /// All agent logs.
    std::vector<std::filesystem::path> logs() const;

    /// No container and no workspace.
    bool is_clean() const { return engine.containers().empty() && workspaces().empty(); }

    temporary_directory folder;
    fake_engine engine;
    config::settings settings;

private:
    std::string head_;
};

inline site::site() {
    const auto repository = folder / "forge/acme/widgets.git";
    std::filesystem::create_directories(repository.parent_path());
    ::setenv("REPOSITORY", repository.c_str(), 1);
    if (std::system(detail::make_repository) != 0) throw std::runtime_error("no repository for the test");
    ::unsetenv("REPOSITORY");
    head_ = text_of(repository / "tip").substr(0, 40);

    settings.providers.github.git_url = "file://" + (folder / "forge").string();
    settings.storage.path = folder / "familiar.db";
    settings.repo_cache.dir = folder / "cache";
    settings.logging.dir = folder / "logs";
    settings.docker.cli = engine.program();
    settings.agents.image = "agent";
    settings.agents.debounce = settings.agents.debounce_max = std::chrono::milliseconds(0);
    settings.shutdown.stop_grace = std::chrono::milliseconds(200);
    settings.retry = {2, std::chrono::milliseconds(5), std::chrono::milliseconds(20)};
    settings.triggers.minimum_permission = config::permission::none;
    settings.permissions.push_commits = config::action_policy::always;
}

inline std::vector<std::string> site::workspaces() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(settings.repo_cache.dir / "jobs", none))
        names.push_back(entry.path().filename());
    return names;
}

inline std::vector<std::filesystem::path> site::logs() const {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings.logging.dir, none))
        if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
}

/// A merge request of the site that was opened. Its branch is the repository's own.
inline event::event opened(std::int64_t number) {
    event::event made;
    made.what = event::action::opened;
    made.repo = {event::provider::github, "acme/widgets", "main"};
    made.request.number = number;
    made.request.title = "Spin";
    made.request.source_branch = "feature";
    made.request.target_branch = "main";
    made.request.source_path = "acme/widgets";
    made.request.head_origin = event::origin::same_repository;
    made.sender.login = "mona";
    return made;
}

/// A push to it: from one commit to another.
inline event::event updated(std::int64_t number, const std::string& before, const std::string& head) {
    auto made = opened(number);
    made.what = event::action::updated;
    made.before = before;
    made.request.head = head;
    return made;
}

inline event::event closed(std::int64_t number) {
    auto made = opened(number);
    made.what = event::action::closed;
    return made;
}

/// A comment on it as GitHub tells of one: without branches and origin.
inline event::event commented(std::int64_t number, std::int64_t id = 1) {
    auto made = opened(number);
    made.what = event::action::commented;
    made.request.source_branch.clear();
    made.request.target_branch.clear();
    made.request.source_path.clear();
    made.request.head_origin = event::origin::unknown;
    made.note = event::comment{
        .id = id, .body = "@familiar please do " + std::to_string(id), .url = {}, .file = {}, .discussion = {}};
    return made;
}

}  // namespace familiar::test
