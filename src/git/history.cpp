#include "git/history.hpp"

#include "git/classify.hpp"

#include <string_view>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// The commit that a ref points at.
asio::awaitable<core::result<std::string>> resolve(client& git, fs::path mirror, std::string ref) {
    client::call call{.operation = "rev-parse", .repository = std::move(mirror)};
    call.arguments = {"rev-parse", "--verify", "--quiet", ref + "^{commit}"};
    auto said = co_await git.local(std::move(call));
    if (!said && said.error().code == core::errc::child_failed)
        co_return core::fail(core::errc::ref_missing, git.from().key + " has no " + ref);
    if (!said) co_return std::move(said).error();
    co_return first_line(*said);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (auto end = text.find(separator); end != text.npos; end = text.find(separator)) {
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return parts;
}

/// The branch that HEAD names, whether it exists or not; empty if HEAD is a commit.
asio::awaitable<core::result<std::string>> default_branch(client& git, fs::path mirror) {
    client::call call{.operation = "symbolic-ref", .repository = std::move(mirror)};
    call.arguments = {"symbolic-ref", "--quiet", "HEAD"};
    auto said = co_await git.local(std::move(call));
    if (!said && said.error().code == core::errc::child_failed) co_return std::string{};
    if (!said) co_return std::move(said).error();
    constexpr std::string_view branches = "refs/heads/";
    auto name = first_line(*said);
    co_return name.starts_with(branches) ? name.substr(branches.size()) : std::string{};
}

asio::awaitable<core::result<std::vector<std::string>>> branches_at(client& git, fs::path mirror, std::string commit) {
    client::call call{.operation = "for-each-ref", .repository = std::move(mirror)};
    call.arguments = {"for-each-ref", "--format=%(refname:lstrip=2)", "--points-at", commit, "refs/heads/"};
    auto said = co_await git.local(std::move(call));
    if (!said) co_return std::move(said).error();
    co_return split(*said, '\n');
}

/// Files that differ between the merge base and the head. Their names alone: no driver or text conversion of the
/// repository runs. One without a common ancestor changes nothing we could name.
asio::awaitable<core::result<void>> list_changes(client& git, fs::path mirror, std::string target, history& into) {
    client::call base{.operation = "merge-base", .repository = mirror};
    base.arguments = {"merge-base", target, into.head};
    auto found = co_await git.local_any(std::move(base));
    if (!found) co_return std::move(found).error();
    if (found->status.code == 1 && found->err.empty()) co_return core::result<void>{};
    if (!found->status.success()) co_return failure("merge-base", git.from().key, *found);

    client::call diff{.operation = "diff-tree", .repository = std::move(mirror), .max_output = std::size_t{4} << 20};
    diff.arguments = {"diff-tree",
                      "-r",
                      "-z",
                      "--name-only",
                      "--no-renames",
                      "--no-ext-diff",
                      "--no-textconv",
                      first_line(found->out),
                      into.head};
    auto changes = co_await git.local_any(std::move(diff));
    if (!changes) co_return std::move(changes).error();
    if (!changes->status.success()) co_return failure("diff-tree", git.from().key, *changes);
    into.changed_files = split(changes->out, '\0');
    into.all_files = !changes->truncated;
    co_return core::result<void>{};
}

}  // namespace

asio::awaitable<core::result<history>> read_history(client& git, fs::path mirror, const workspace_request& request) {
    history out;
    auto head = co_await resolve(git, mirror, request.head_ref);
    if (!head) co_return std::move(head).error();
    out.head = std::move(*head);

    auto fallback = co_await default_branch(git, mirror);
    if (!fallback) co_return std::move(fallback).error();
    out.default_branch = std::move(*fallback);
    out.target_branch = request.target_branch.empty() ? out.default_branch : request.target_branch;

    auto target = co_await resolve(git, mirror, "refs/heads/" + out.target_branch);
    const bool asked_for = !request.target_branch.empty();
    if (!target && (asked_for || target.error().code != core::errc::ref_missing)) co_return std::move(target).error();
    if (target) {
        out.target = std::move(*target);
        auto listed = co_await list_changes(git, mirror, out.target, out);
        if (!listed) co_return std::move(listed).error();
    }

    auto branches = co_await branches_at(git, mirror, out.head);
    if (!branches) co_return std::move(branches).error();
    out.branches_at_head = std::move(*branches);
    co_return out;
}

}  // namespace familiar::git
