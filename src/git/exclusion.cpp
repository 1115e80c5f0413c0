#include "git/exclusion.hpp"

#include "async/blocking.hpp"
#include "git/files.hpp"
#include "git/work_tree.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

core::result<void> write_exclude_file(const workspace& of, const std::vector<std::string>& paths) {
    const auto info = of.directory / ".git/info";
    std::error_code error;
    fs::create_directories(info, error);
    if (error) return storage_error("cannot make the folder", info, error.value());
    std::string text = "# These come from the target branch and belong to no commit here.\n";
    for (const auto& path : paths) text += exclude_pattern(path);
    return write_file(info / "exclude", text);
}

/// Those of these paths that a .gitignore takes back; all of them if git cannot say. Nothing else is new in a work tree
/// that was just made.
asio::awaitable<core::result<std::vector<std::string>>> not_excluded(client& git, const workspace& of,
                                                                     std::vector<std::string> paths) {
    client::call call{.operation = "ls-files",
                      .repository = of.directory / ".git",
                      .work_tree = of.directory,
                      .max_output = std::size_t{64} << 20};
    call.arguments = {"ls-files", "--others", "--exclude-standard", "-z"};
    auto ended = co_await git.local_any(std::move(call));
    if (!ended) co_return std::move(ended).error();
    if (!ended->status.success()) co_return paths;

    std::set<std::string, std::less<>> shown;
    for (std::string_view left = ended->out; !left.empty();) {
        const auto end = std::min(left.find('\0'), left.size());
        shown.emplace(left.substr(0, end));
        left.remove_prefix(std::min(left.size(), end + 1));
    }
    std::erase_if(paths, [&](const auto& path) { return !shown.contains(path); });
    co_return paths;
}

/// The last line of the .gitignore beside a file decides. One that is not the head's ignores itself.
core::result<std::vector<std::string>> exclude_beside(const work_tree& tree, const std::vector<std::string>& paths,
                                                      const std::vector<std::string>& not_of_head) {
    std::map<std::string, std::vector<std::string>> paths_by_file;
    for (const auto& path : paths) paths_by_file[path.substr(0, path.rfind('/') + 1) + ".gitignore"].push_back(path);

    std::vector<std::string> changed;
    for (const auto& [file, beside] : paths_by_file) {
        const bool of_head = tree.exists(file) && std::ranges::find(not_of_head, file) == not_of_head.end();
        auto text = tree.read(file) + "\n";
        if (!of_head) text += exclude_pattern(".gitignore");
        for (const auto& path : beside) text += exclude_pattern(path.substr(path.rfind('/') + 1));
        if (auto gone = tree.remove(file); !gone) return std::move(gone).error();
        auto written = tree.write(file, text, false);
        if (!written) return std::move(written).error();
        if (*written && of_head) changed.push_back(file);
        if (*written) continue;
        for (const auto& path : beside)
            if (auto gone = tree.remove(path); !gone) return std::move(gone).error();
    }
    return changed;
}

}  // namespace

std::string exclude_pattern(std::string_view path) {
    std::string out = "/";
    for (const char c : path) {
        // A line can hold no newline, nor a carriage return at its end: any one character that is not printable ASCII.
        if (c == '\n' || c == '\r') {
            out += "[! -~]";
            continue;
        }
        if (std::string_view("*?[]\\ ").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out + "\n";
}

asio::awaitable<core::result<std::vector<std::string>>> exclude_paths(client& git, asio::thread_pool& pool,
                                                                      const workspace& of,
                                                                      std::vector<std::string> paths) {
    if (paths.empty()) co_return paths;
    auto done = co_await async::run_blocking(pool, [&] { return write_exclude_file(of, paths); });
    if (!done) co_return std::move(done).error();
    auto shown = co_await not_excluded(git, of, paths);
    if (!shown) co_return std::move(shown).error();
    if (shown->empty()) co_return std::move(*shown);
    const work_tree tree(of.directory);
    co_return co_await async::run_blocking(pool, [&] { return exclude_beside(tree, *shown, paths); });
}

}  // namespace familiar::git
