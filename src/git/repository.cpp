#include "git/repository.hpp"

#include "async/both.hpp"
#include "git/files.hpp"
#include "git/guarded.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// What git says on a push to a merge request that may not be pushed to: "fatal: '/push is disabled: ...' does not
/// appear to be a git repository".
constexpr const char* push_disabled = "/push is disabled: this merge request may not be pushed to";

/// A value or a subsection's name in double quotes (source: git-config(1), "Syntax").
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string section(std::string_view name, std::string_view subsection) {
    return "[" + std::string(name) + " " + quoted(subsection) + "]\n";
}

std::string line(std::string_view key, std::string_view value) {
    return "\t" + std::string(key) + " = " + quoted(value) + "\n";
}

/// A shell function, which git calls with the operation (source: gitcredentials(7), "CUSTOM HELPERS"). Where there are
/// no credentials it says nothing, and git goes on without.
std::string credential_helper() {
    const std::string folder = container_secrets;
    return "!f() { test \"$1\" = get && test -r " + folder +
           "/git_password || exit 0; printf 'username=%s\\npassword=%s\\n' \"$(cat " + folder +
           "/git_username)\" \"$(cat " + folder + "/git_password)\"; }; f";
}

/// `git init` with nothing of a template in it, for the hash that the mirror has.
asio::awaitable<core::result<void>> initialise(client& git, const workspace& into) {
    const std::string format = into.head.size() == 64 ? "sha256" : "sha1";
    client::call call{.operation = "init"};
    call.arguments = {"init",
                      "--quiet",
                      "--template=",
                      "--object-format=" + format,
                      "--initial-branch=" + into.branch,
                      "--end-of-options",
                      into.directory.string()};
    auto done = co_await git.local(std::move(call));
    if (!done) co_return std::move(done).error();
    co_return core::result<void>{};
}

/// Configuration, refs, and the way to the mirror's objects. A mirror of a shallow repository ends where that does.
core::result<void> furnish(const client& git, const history& from, const workspace& into) {
    const auto dot_git = into.directory / ".git";
    const auto config = workspace_config(git.from(), git.chosen(), into.branch, into.push_enabled);
    if (auto done = append_file(dot_git / "config", config); !done) return done;
    if (auto done = write_file(dot_git / "packed-refs", workspace_refs(from.refs, into.branch, into.head)); !done)
        return done;
    if (auto shallow = read_file(into.objects.parent_path() / "shallow"); !shallow.empty())
        if (auto done = write_file(dot_git / "shallow", shallow); !done) return done;

    std::error_code error;
    fs::create_directories(dot_git / "objects/info", error);
    fs::create_directories(dot_git / "refs/remotes/origin", error);
    if (error) return storage_error("cannot make folders in", dot_git, error.value());
    if (!object_of(from.refs, "refs/heads/" + from.default_branch).empty())
        if (auto done = write_file(dot_git / "refs/remotes/origin/HEAD",
                                   "ref: refs/remotes/origin/" + from.default_branch + "\n");
            !done)
            return done;
    return write_file(dot_git / "objects/info/alternates", into.objects.string() + "\n");
}

asio::awaitable<core::result<void>> check_out_files(client& git, const workspace& into) {
    client::call call{.operation = "checkout", .repository = into.directory / ".git", .work_tree = into.directory};
    call.arguments = {"reset", "--hard", "--quiet"};
    auto done = co_await git.local(std::move(call));
    if (!done) co_return std::move(done).error();
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> check_out(client& git, asio::thread_pool& pool, const history& from,
                                              bool trusts_configuration, workspace& into) {
    if (trusts_configuration) co_return co_await check_out_files(git, into);
    replacements found;
    auto done = co_await async::both(check_out_files(git, into),
                                     find_replacements(git, into.objects.parent_path(), from, found));
    if (!done) co_return done;
    auto replaced = co_await replace(git, pool, std::move(found), into);
    if (!replaced) co_return std::move(replaced).error();
    into.replaced = std::move(*replaced);
    co_return core::result<void>{};
}

}  // namespace

std::string workspace_config(const remote& origin, const settings& chosen, const std::string& branch, bool push) {
    std::string out = section("remote", "origin") + line("url", origin.url);
    out += line("fetch", "+refs/heads/*:refs/remotes/origin/*");
    if (push) {
        out += section("branch", branch) + line("remote", "origin") + line("merge", "refs/heads/" + branch);
        out += "[push]\n" + line("default", "simple");
    } else {
        out += line("pushurl", push_disabled);
    }
    out += "[user]\n" + line("name", chosen.author_name) + line("email", chosen.author_email);
    // The empty one first: no helper that an image brings along is asked or told.
    out += section("credential", origin.url) + line("helper", "") + line("helper", credential_helper());
    return out;
}

std::string workspace_refs(const std::string& mirror_refs, const std::string& branch, const std::string& head) {
    std::string out = "# pack-refs with: sorted \n" + head + " refs/heads/" + branch + "\n";
    for (std::string_view left = mirror_refs; !left.empty();) {
        auto ref = left.substr(0, left.find('\n'));
        left.remove_prefix(std::min(left.size(), ref.size() + 1));
        constexpr std::string_view branches = " refs/heads/";
        const auto at = ref.find(branches);
        if (at == ref.npos) {
            out.append(ref).append("\n");
        } else {
            out.append(ref.substr(0, at)).append(" refs/remotes/origin/").append(ref.substr(at + branches.size()));
            out += '\n';
        }
    }
    return out;
}

asio::awaitable<core::result<void>> make_repository(client& git, asio::thread_pool& pool, const history& from,
                                                    bool trusts_configuration, workspace& into) {
    auto made = co_await initialise(git, into);
    if (!made) co_return std::move(made).error();
    auto furnished = furnish(git, from, into);
    if (!furnished) co_return std::move(furnished).error();
    auto checked_out = co_await check_out(git, pool, from, trusts_configuration, into);
    if (!checked_out) co_return std::move(checked_out).error();
    co_return write_file(into.directory / ".git/objects/info/alternates", std::string(container_objects) + "\n");
}

}  // namespace familiar::git
