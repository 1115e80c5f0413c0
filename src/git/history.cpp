#include "git/history.hpp"

#include "git/classify.hpp"
#include "git/files.hpp"

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::string_view branches = "refs/heads/";

/// Of a listing of all refs.
constexpr std::size_t most_refs = std::size_t{64} << 20;

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (auto end = text.find(separator); end != text.npos; end = text.find(separator)) {
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return parts;
}

asio::awaitable<core::result<std::string>> list_refs(client& git, fs::path mirror, std::string head_ref) {
    client::call call{.operation = "for-each-ref", .repository = std::move(mirror), .max_output = most_refs};
    call.arguments = {"for-each-ref", "--format=%(objectname) %(refname)", std::string(branches), "refs/tags/",
                      head_ref};
    co_return co_await git.local(std::move(call));
}

/// Takes the line of that ref out of a listing. What it pointed at; empty if it wasn't there.
std::string take_object_of(std::string& refs, const std::string& name) {
    const std::string object(object_of(refs, name));
    if (!object.empty()) refs.erase(refs.find(object + " " + name + "\n"), object.size() + name.size() + 2);
    return object;
}

/// The branch that HEAD names, whether it exists or not; empty if HEAD is a commit (source: gitrepository-layout(5)).
std::string default_branch(const fs::path& mirror) {
    const auto prefix = "ref: " + std::string(branches);
    const auto head = first_line(read_file(mirror / "HEAD"));
    return head.starts_with(prefix) ? head.substr(prefix.size()) : std::string{};
}

std::vector<std::string> branches_at(std::string_view refs, std::string_view commit) {
    std::vector<std::string> found;
    const auto wanted = std::string(commit) + " " + std::string(branches);
    for (auto at = refs.find(wanted); at != refs.npos; at = refs.find(wanted, at)) {
        at += wanted.size();
        found.emplace_back(refs.substr(at, refs.find('\n', at) - at));
    }
    return found;
}

core::error missing(const client& git, const std::string& ref) {
    return core::fail(core::errc::ref_missing, git.from().key + " has no " + ref);
}

}  // namespace

std::string_view object_of(std::string_view refs, std::string_view name) {
    // No ref's name has a space or a newline in it (source: git-check-ref-format(1)).
    const auto at = refs.find(" " + std::string(name) + "\n");
    if (at == refs.npos) return {};
    const auto line = refs.rfind('\n', at) + 1;  // npos + 1 is 0
    return refs.substr(line, at - line);
}

asio::awaitable<core::result<history>> read_history(client& git, fs::path mirror, const workspace_request& request) {
    auto refs = co_await list_refs(git, mirror, request.head_ref);
    if (!refs) co_return std::move(refs).error();
    history out;
    out.head = take_object_of(*refs, request.head_ref);
    if (out.head.empty()) co_return missing(git, request.head_ref);

    out.default_branch = default_branch(mirror);
    out.target_branch = request.target_branch.empty() ? out.default_branch : request.target_branch;
    const auto target_ref = std::string(branches) + out.target_branch;
    out.target = object_of(*refs, target_ref);
    if (out.target.empty() && !request.target_branch.empty()) co_return missing(git, target_ref);

    out.branches_at_head = branches_at(*refs, out.head);
    out.refs = std::move(*refs);
    co_return out;
}

/// Their names alone: no driver or text conversion of the repository runs.
asio::awaitable<core::result<void>> read_changes(client& git, fs::path mirror, const history& of, changes& into) {
    if (of.target.empty()) co_return core::result<void>{};
    client::call base{.operation = "merge-base", .repository = mirror};
    base.arguments = {"merge-base", of.target, of.head};
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
                      of.head};
    auto listed = co_await git.local_any(std::move(diff));
    if (!listed) co_return std::move(listed).error();
    if (!listed->status.success()) co_return failure("diff-tree", git.from().key, *listed);
    into.files = split(listed->out, '\0');
    into.all = !listed->truncated;
    co_return core::result<void>{};
}

}  // namespace familiar::git
