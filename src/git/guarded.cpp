#include "git/guarded.hpp"

#include "async/blocking.hpp"
#include "git/exclusion.hpp"
#include "git/guarded_names.hpp"
#include "git/objects.hpp"
#include "git/tree_listing.hpp"
#include "git/work_tree.hpp"

#include <algorithm>
#include <set>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::size_t most_names = std::size_t{64} << 20;

/// An object that every git knows without having it.
std::string empty_tree(const std::string& commit) {
    return commit.size() == 64 ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
                               : "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

asio::awaitable<core::result<std::string>> list_target(client& git, const history& from, fs::path mirror) {
    if (from.target.empty()) co_return std::string{};
    client::call call{.operation = "ls-tree", .repository = std::move(mirror), .max_output = most_names};
    call.arguments = {"ls-tree", "-r", "-z", "--full-tree", from.target};
    co_return co_await git.local(std::move(call));
}

asio::awaitable<core::result<std::string>> compare_trees(client& git, const history& from, fs::path mirror) {
    client::call call{.operation = "diff-tree", .repository = std::move(mirror), .max_output = most_names};
    call.arguments = {"diff-tree",
                      "-r",
                      "-z",
                      "--raw",
                      "--no-abbrev",
                      "--no-renames",
                      "--no-ext-diff",
                      "--no-textconv",
                      "--ignore-submodules=none",
                      from.target.empty() ? empty_tree(from.head) : from.target,
                      from.head};
    co_return co_await git.local(std::move(call));
}

using list = std::vector<replacement>;

list differing(std::string_view differences) {
    list found;
    for (const auto& one : read_tree_differences(differences)) {
        if (!is_guarded(one.path)) continue;
        replacement made;
        made.path = one.path;
        made.in_head = !one.new_mode.empty();
        made.is_link = one.old_mode == link_mode;
        if (is_file(one.old_mode)) made.object = one.old_object;
        made.executable = one.old_mode == program_mode;
        found.push_back(std::move(made));
    }
    return found;
}

/// The links of the target that the head has, too: what they lead to may differ.
void add_common_links(const std::vector<tree_entry>& target, list& to) {
    std::set<std::string, std::less<>> known;
    for (const auto& one : to) known.insert(one.path);
    for (const auto& entry : target) {
        if (entry.mode != link_mode || !is_guarded(entry.path) || known.contains(entry.path)) continue;
        replacement made;
        made.path = entry.path;
        made.in_head = true;
        made.is_link = true;
        to.push_back(std::move(made));
    }
}

/// Finds what the target's links lead to, and drops those that lead to the same in both trees.
asio::awaitable<core::result<void>> resolve_links(client& git, const history& from, fs::path mirror,
                                                  const std::vector<tree_entry>& target, list& all) {
    std::vector<std::string> links;
    for (const auto& one : all)
        if (one.is_link) links.push_back(one.path);
    if (links.empty()) co_return core::result<void>{};
    auto in_target = co_await resolve_files(git, mirror, from.target, links);
    if (!in_target) co_return std::move(in_target).error();
    auto in_head = co_await resolve_files(git, mirror, from.head, links);
    if (!in_head) co_return std::move(in_head).error();

    std::set<std::string_view> programs;
    for (const auto& entry : target)
        if (entry.mode == program_mode) programs.insert(entry.object);
    std::size_t at = 0;
    std::erase_if(all, [&](replacement& one) {
        if (!one.is_link) return false;
        const auto& there = (*in_target)[at];
        const auto& here = (*in_head)[at++];
        one.object = there;
        one.executable = programs.contains(there);
        return !there.empty() && there == here;
    });
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> read_contents(client& git, fs::path mirror, replacements& of) {
    std::set<std::string> objects;
    for (const auto& one : of.paths)
        if (!one.object.empty()) objects.insert(one.object);
    if (objects.empty()) co_return core::result<void>{};
    auto read = co_await read_files(git, std::move(mirror), {objects.begin(), objects.end()});
    if (!read) co_return std::move(read).error();
    of.contents = std::move(*read);
    co_return core::result<void>{};
}

/// First everything of the head goes, for it may be in the way of what comes.
core::result<void> put_in_place(const work_tree& tree, replacements& what) {
    for (const auto& one : what.paths)
        if (one.in_head)
            if (auto gone = tree.remove(one.path); !gone) return gone;
    for (auto& one : what.paths) {
        if (one.object.empty()) continue;
        auto written = tree.write(one.path, what.contents.at(one.object), one.executable);
        if (!written) return std::move(written).error();
        one.written = *written;
    }
    return {};
}

/// Those that git would take for new files.
std::vector<std::string> unknown_to_head(const list& all) {
    std::vector<std::string> paths;
    for (const auto& one : all)
        if (one.written && !one.in_head) paths.push_back(one.path);
    return paths;
}

std::vector<std::string> known_to_head(const list& all, const std::vector<std::string>& besides) {
    auto paths = besides;
    for (const auto& one : all)
        if (one.in_head) paths.push_back(one.path);
    return paths;
}

std::vector<std::string> sorted_paths(const list& all, const std::vector<std::string>& besides) {
    std::set<std::string> paths(besides.begin(), besides.end());
    for (const auto& one : all) paths.insert(one.path);
    return {paths.begin(), paths.end()};
}

/// git no longer looks at what the work tree has for these.
asio::awaitable<core::result<void>> skip_in_index(client& git, const workspace& into, std::vector<std::string> paths) {
    if (paths.empty()) co_return core::result<void>{};
    client::call call{.operation = "update-index", .repository = into.directory / ".git", .work_tree = into.directory};
    call.arguments = {"update-index", "--skip-worktree", "-z", "--stdin"};
    for (const auto& path : paths) call.input += path + '\0';
    auto done = co_await git.local(std::move(call));
    if (!done) co_return std::move(done).error();
    co_return core::result<void>{};
}

}  // namespace

asio::awaitable<core::result<void>> find_replacements(client& git, fs::path mirror, const history& from,
                                                      replacements& into) {
    auto listing = co_await list_target(git, from, mirror);
    if (!listing) co_return std::move(listing).error();
    auto differences = co_await compare_trees(git, from, mirror);
    if (!differences) co_return std::move(differences).error();

    const auto target = read_tree_listing(*listing);
    into.paths = differing(*differences);
    add_common_links(target, into.paths);
    auto resolved = co_await resolve_links(git, from, mirror, target, into.paths);
    if (!resolved) co_return std::move(resolved).error();
    std::ranges::sort(into.paths, {}, &replacement::path);
    co_return co_await read_contents(git, std::move(mirror), into);
}

asio::awaitable<core::result<std::vector<std::string>>> replace(client& git, asio::thread_pool& pool, replacements what,
                                                                const workspace& into) {
    if (what.paths.empty()) co_return std::vector<std::string>{};
    const work_tree tree(into.directory);
    auto done = co_await async::run_blocking(pool, [&] { return put_in_place(tree, what); });
    if (!done) co_return std::move(done).error();

    auto changed = co_await exclude_paths(git, pool, into, unknown_to_head(what.paths));
    if (!changed) co_return std::move(changed).error();
    auto skipped = co_await skip_in_index(git, into, known_to_head(what.paths, *changed));
    if (!skipped) co_return std::move(skipped).error();
    co_return sorted_paths(what.paths, *changed);
}

}  // namespace familiar::git
