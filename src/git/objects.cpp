#include "git/objects.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::size_t most_text = std::size_t{64} << 20;

/// Reads the answers of `git cat-file --batch` and `--batch-check`, one after the other.
class answers {
public:
    explicit answers(std::string_view text) : left_(text) {}

    std::string_view line() { return cut(left_.find('\n')); }
    std::string_view text(std::size_t size) { return cut(size); }

private:
    /// The part before `size` and the newline behind it.
    std::string_view cut(std::size_t size) {
        const auto part = left_.substr(0, std::min(size, left_.size()));
        left_.remove_prefix(std::min(left_.size(), part.size() + 1));
        return part;
    }
    std::string_view left_;
};

std::string_view word(std::string_view line, int which) {
    for (; which > 0; --which) line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    return line.substr(0, line.find(' '));
}

std::size_t number(std::string_view digits) {
    std::size_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// With --follow-symlinks a path that leads nowhere is answered in two lines: the reason with a length, and a text of
/// that length (source: git-cat-file(1), "BATCH OUTPUT").
bool has_second_line(std::string_view line) {
    const auto first = word(line, 0);
    return first == "symlink" || first == "dangling" || first == "loop" || first == "notdir";
}

}  // namespace

asio::awaitable<core::result<std::vector<std::string>>> resolve_files(client& git, fs::path mirror, std::string commit,
                                                                      std::vector<std::string> paths) {
    client::call call{.operation = "cat-file", .repository = std::move(mirror), .max_output = most_text};
    call.arguments = {"cat-file", "--batch-check", "--follow-symlinks"};
    // Questions are lines: a path with a newline in it cannot be asked for, and leads nowhere.
    const auto can_be_asked = [](const std::string& path) { return path.find('\n') == path.npos; };
    for (const auto& path : paths)
        if (can_be_asked(path)) call.input += commit + ":" + path + "\n";
    auto said = co_await git.local(std::move(call));
    if (!said) co_return std::move(said).error();

    std::vector<std::string> objects;
    answers all(*said);
    for (const auto& path : paths) {
        const auto line = can_be_asked(path) ? all.line() : std::string_view{};
        if (has_second_line(line)) all.text(number(word(line, 1)));
        objects.emplace_back(word(line, 1) == "blob" ? word(line, 0) : std::string_view{});
    }
    co_return objects;
}

asio::awaitable<core::result<std::map<std::string, std::string>>> read_files(client& git, fs::path mirror,
                                                                             std::vector<std::string> objects) {
    client::call call{.operation = "cat-file", .repository = std::move(mirror), .max_output = most_text};
    call.arguments = {"cat-file", "--batch", "--buffer"};
    for (const auto& object : objects) call.input += object + "\n";
    auto said = co_await git.local(std::move(call));
    if (!said) co_return std::move(said).error();

    std::map<std::string, std::string> files;
    answers all(*said);
    for (const auto& object : objects) {
        const auto line = all.line();
        if (word(line, 1) != "blob")
            co_return core::fail(core::errc::storage_failed,
                                 "the mirror of " + git.from().key + " has no file " + object);
        files.emplace(object, all.text(number(word(line, 2))));
    }
    co_return files;
}

}  // namespace familiar::git
