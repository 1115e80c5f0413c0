#include "git/cache.hpp"

#include "async/blocking.hpp"
#include "async/both.hpp"
#include "git/committed_file.hpp"
#include "git/directory.hpp"
#include "git/files.hpp"
#include "git/history.hpp"
#include "git/mirror.hpp"
#include "git/mirror_upkeep.hpp"
#include "git/names.hpp"
#include "git/repository.hpp"
#include "git/tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using process::descriptor;

/// What a repository says about Familiar itself, and as much of it as is read.
constexpr const char* own_configuration = ".familiar/config.yaml";
constexpr std::size_t most_configuration = std::size_t{64} << 10;

std::vector<std::string> names_in(const fs::path& folder, std::error_code& error) {
    std::vector<std::string> names;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename().string());
    return names;
}

workspace layout(const fs::path& root, const fs::path& mirror) {
    workspace out;
    out.root = root;
    out.directory = root / "workspace";
    out.familiar = root / "familiar";
    out.secrets = root / "secrets";
    out.out = root / "out";
    out.objects = mirror / "objects";
    return out;
}

/// The folders, empty, and the note that says which mirror they need. What an earlier attempt left there goes.
core::result<void> make_folders(const workspace& of, const std::string& key) {
    if (auto gone = remove_tree(of.root); !gone) return gone;
    core::result<void> made;
    for (const auto& folder : {of.root, of.directory, of.familiar, of.secrets, of.out})
        if (made) made = make_private_folder(folder);
    if (made) made = note_loan(of.root, key);
    if (!made) (void)remove_tree(of.root);
    return made;
}

core::result<void> check_approval(const history& known, const workspace_request& request) {
    const auto& approved = request.approved_head;
    if (approved.empty() || approved == known.head) return {};
    constexpr std::size_t readable = 12;
    return core::fail(core::errc::head_moved, request.head_ref + " of " + request.from.key + " is " +
                                                  known.head.substr(0, readable) + " by now; what was approved is " +
                                                  approved.substr(0, readable));
}

void apply(const history& known, const workspace_request& request, workspace& into) {
    const auto branch = choose_branch(request.may_push, request.source_branch, known.target_branch,
                                      known.branches_at_head, request.number);
    into.head = known.head;
    into.branch = branch.name;
    into.push_enabled = branch.push;
    into.target_branch = known.target_branch;
}

}  // namespace

cache::cache(asio::any_io_executor executor, asio::thread_pool& pool, settings chosen, operation_observer observer)
    : pool_(pool), settings_(std::move(chosen)), observer_(std::move(observer)), turns_(std::move(executor)) {
    settings_.cache_dir = fs::absolute(settings_.cache_dir).lexically_normal();
}

void cache::change(settings chosen) {
    // The folder is read by the pool's threads, too.
    settings_.timeout = chosen.timeout;
    settings_.author_name = std::move(chosen.author_name);
    settings_.author_email = std::move(chosen.author_email);
    settings_.retry = chosen.retry;
}

core::result<void> cache::open() {
    const auto& top = settings_.cache_dir;
    std::error_code error;
    fs::create_directories(top.parent_path(), error);
    if (error) return storage_error("cannot make the folder (repo_cache.dir)", top, error.value());
    if (auto made = make_private_folder(top); !made) return made;

    descriptor lock(::open((top / "lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock) return storage_error("cannot open", top / "lock", errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return storage_error("cannot lock", top / "lock", errno);
        return core::fail(core::errc::busy, "another server uses " + top.string() +
                                                " (repo_cache.dir): stop it, or give this one a folder of its own");
    }
    if (auto cleared = remove_tree(top / "tmp"); !cleared) return cleared;
    for (const auto* folder : {"mirrors", "jobs", "tmp"})
        if (auto made = make_private_folder(top / folder); !made) return made;
    lock_ = std::move(lock);
    return {};
}

asio::awaitable<core::result<workspace>> cache::prepare(workspace_request request,
                                                        configuration_reader read_configuration, companion beside) {
    if (auto valid = check(request); !valid) co_return std::move(valid).error();
    client git(settings_, request.from);
    auto made = co_await prepare_once(request, read_configuration, beside, git);
    if (!made && git.saw_damage()) {
        auto discarded = co_await discard_mirror(request.from.key);
        if (!discarded) co_return std::move(discarded).error();
        made = co_await prepare_once(request, read_configuration, beside, git);
    }
    co_return made;
}

asio::awaitable<core::result<workspace>> cache::prepare_once(workspace_request request,
                                                             const configuration_reader& read_configuration,
                                                             const companion& beside, client& git) {
    auto out = layout(job_folder(request.job), mirror_folder(request.from.key));
    auto claimed = co_await claim(request, git, out);
    if (!claimed) co_return std::move(claimed).error();

    auto filled = co_await fill(request, read_configuration, beside, git, out);
    observe("workspace", filled.has_value());
    if (!filled) {
        co_await async::run_blocking(pool_, [&] { return remove_tree(out.root); });
        co_return std::move(filled).error();
    }
    co_return out;
}

asio::awaitable<core::result<void>> cache::claim(const workspace_request& request, client& git, const workspace& of) {
    const auto turn = co_await turns_.enter(request.from.key);
    auto updated = co_await update_mirror(git, pool_, of.objects.parent_path(), request.head_ref, observer_);
    if (!updated) co_return std::move(updated).error();
    co_return co_await async::run_blocking(pool_, [&]() -> core::result<void> {
        if (auto noted = note_use(of.objects.parent_path()); !noted) return noted;
        return make_folders(of, request.from.key);
    });
}

asio::awaitable<core::result<void>> cache::fill(workspace_request& request,
                                                const configuration_reader& read_configuration, const companion& beside,
                                                client& git, workspace& into) {
    const auto mirror = into.objects.parent_path();
    auto known = co_await read_history(git, mirror, request);
    if (!known) co_return std::move(known).error();
    if (auto approved = check_approval(*known, request); !approved) co_return std::move(approved).error();
    if (read_configuration) {
        auto text = co_await read_committed_file(git, mirror, known->target, own_configuration, most_configuration);
        if (!text) co_return std::move(text).error();
        auto accepted = read_configuration(*text, known->target_branch, request);
        if (!accepted) co_return std::move(accepted).error();
    }
    apply(*known, request, into);
    changes changed;
    auto making = async::both(make_repository(git, pool_, *known, request.trusts_configuration, into),
                              read_changes(git, mirror, *known, changed));
    if (beside) making = async::both(std::move(making), beside());
    auto made = co_await std::move(making);
    if (!made) co_return std::move(made).error();
    if (changed.all) into.working_directory = existing_directory(into.directory, common_directory(changed.files));
    into.changed_files = std::move(changed.files);
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> cache::remove(std::string job) {
    if (!is_job_name(job)) co_return core::fail(core::errc::invalid, "not the name of a job: '" + job + "'");
    auto removed = co_await async::run_blocking(pool_, [&] { return remove_tree(job_folder(job)); });
    observe("remove", removed.has_value());
    co_return removed;
}

asio::awaitable<core::result<std::vector<std::string>>> cache::jobs_on_disk() {
    const auto folder = settings_.cache_dir / "jobs";
    std::error_code error;
    auto names = co_await async::run_blocking(pool_, [&] { return names_in(folder, error); });
    if (error) co_return storage_error("cannot read", folder, error.value());
    co_return names;
}

asio::awaitable<core::result<void>> cache::hand_over(workspace what, uid_t user, gid_t group) {
    auto done = co_await async::run_blocking(pool_, [&]() -> core::result<void> {
        for (const auto& folder : {what.directory, what.familiar, what.secrets, what.out})
            if (auto changed = change_owner(folder, user, group); !changed) return changed;
        return {};
    });
    observe("hand_over", done.has_value());
    co_return done;
}

void cache::observe(std::string_view operation, bool succeeded) const {
    if (observer_) observer_(operation, succeeded ? "ok" : "failed");
}

}  // namespace familiar::git
