#include "git/mirror_upkeep.hpp"

#include "async/blocking.hpp"
#include "git/files.hpp"
#include "git/mirror.hpp"
#include "process/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using process::descriptor;

constexpr const char* borrows_from = "mirror";
constexpr const char* last_use = "familiar-last-use";
constexpr std::string_view mirror_ending = ".git";

}  // namespace

core::result<void> note_loan(const fs::path& job_folder, const std::string& key) {
    return write_file(job_folder / borrows_from, key);
}

core::result<std::string> find_borrower(const fs::path& jobs, const std::string& key) {
    std::error_code error;
    for (fs::directory_iterator entry(jobs, error), end; !error && entry != end; entry.increment(error))
        if (read_file(entry->path() / borrows_from) == key) return entry->path().filename().string();
    if (error) return storage_error("cannot read", jobs, error.value());
    return std::string();
}

core::result<void> note_use(const fs::path& mirror) {
    const auto note = mirror / last_use;
    const descriptor open(::open(note.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!open || ::futimens(open.get(), nullptr) != 0) return storage_error("cannot write", note, errno);
    return {};
}

std::chrono::milliseconds time_unused(const fs::path& mirror) {
    using std::chrono::milliseconds;
    using clock = fs::file_time_type::clock;
    std::error_code error;
    auto used = fs::last_write_time(mirror / last_use, error);
    if (error) used = fs::last_write_time(mirror, error);
    if (error) return milliseconds(0);
    return std::max(std::chrono::duration_cast<milliseconds>(clock::now() - used), milliseconds(0));
}

core::result<std::vector<std::string>> find_mirrors(const fs::path& mirrors) {
    std::vector<std::string> keys;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(mirrors, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().extension() != mirror_ending) continue;
        // One mirror cannot lie inside of another: see is_mirror_key().
        entry.disable_recursion_pending();
        if (!entry->is_directory(error) || entry->is_symlink(error)) continue;
        auto key = entry->path().lexically_relative(mirrors).string();
        key.resize(key.size() - mirror_ending.size());
        keys.push_back(std::move(key));
    }
    if (error) return storage_error("cannot read", mirrors, error.value());
    return keys;
}

asio::awaitable<core::result<void>> pack_mirror(client& git, asio::thread_pool& pool, fs::path mirror) {
    auto cleared = co_await async::run_blocking(pool, [&] { return remove_leftovers(mirror); });
    if (!cleared) co_return std::move(cleared).error();

    client::call call{.operation = "gc", .repository = mirror};
    call.arguments = {"-c",
                      "gc.auto=6700",  // git's own default, which the environment turns off
                      "-c",
                      "gc.autoDetach=false",
                      "-c",
                      "gc.pruneExpire=never",
                      "-c",
                      "gc.cruftPacks=true",  // what no ref leads to gets a pack of its own
                      "-c",
                      "pack.threads=1",  // the agents have the rest of the machine
                      "gc",
                      "--auto",
                      "--quiet"};
    auto done = co_await git.local(std::move(call));
    if (!done) co_return std::move(done).error();
    co_return core::result<void>{};
}

}  // namespace familiar::git
