#include "git/committed_file.hpp"

#include "git/tree_listing.hpp"

#include <string_view>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::string kind_of(std::string_view mode) {
    if (mode == link_mode) return "a symbolic link";
    if (mode == submodule_mode) return "a submodule";
    return is_file(mode) ? "a file" : "a folder";
}

}  // namespace

asio::awaitable<core::result<std::string>> read_committed_file(client& git, fs::path mirror, std::string commit,
                                                               std::string path, std::size_t limit) {
    if (commit.empty()) co_return std::string{};
    const auto folder = path.substr(0, path.rfind('/'));
    client::call list{.operation = "ls-tree", .repository = mirror, .max_output = std::size_t{16} << 20};
    // With both named, git lists the folder itself (-t) and what is in it.
    list.arguments = {"ls-tree", "-z", "-t", commit, "--", folder, path};
    auto listing = co_await git.local(std::move(list));
    if (!listing) co_return std::move(listing).error();

    std::string object;
    for (const auto& entry : read_tree_listing(*listing)) {
        const bool wrong =
            (entry.path == path && !is_file(entry.mode)) || (entry.path == folder && entry.mode != folder_mode);
        if (wrong)
            co_return core::fail(core::errc::invalid, git.from().key + ": " + std::string(entry.path) + " is " +
                                                          kind_of(entry.mode) + "; only a regular " + path +
                                                          " is read");
        if (entry.path == path) object = entry.object;
    }
    if (object.empty()) co_return std::string{};

    client::call show{.operation = "cat-file", .repository = std::move(mirror), .max_output = limit};
    show.arguments = {"cat-file", "blob", object};
    auto text = co_await git.local(std::move(show));
    if (!text && text.error().code == core::errc::too_large)
        co_return core::fail(core::errc::too_large, git.from().key + ": " + path + " is larger than " +
                                                        std::to_string(limit / 1024) + " KiB, the most that is read");
    co_return text;
}

}  // namespace familiar::git
