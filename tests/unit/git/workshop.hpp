#pragma once

#include "async/sleep.hpp"
#include "git/cache.hpp"
#include "support/git_forge.hpp"
#include "support/processes.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace familiar::test {

/// A cache in a folder of its own, and a forge with the repository team/app: main, the branch "feature" with one commit
/// more, and merge request 7 from it.
struct workshop {
    explicit workshop(std::chrono::milliseconds timeout = std::chrono::seconds(60), std::size_t retries = 0)
        : timeout(timeout), retries(retries) {
        head = forge.create_with_merge_request("team/app", 7, "feature",
                                               {{"src/deep/one.txt", "one\n"}, {"src/deep/two/two.txt", "two\n"}});
        BOOST_REQUIRE(cache.open());
    }
    ~workshop() { pool.join(); }
    workshop(const workshop&) = delete;
    workshop& operator=(const workshop&) = delete;

    git::settings settings() {
        git::settings out;
        out.cache_dir = folder / "cache";
        out.timeout = timeout;
        out.author_name = "familiar";
        out.author_email = "familiar@localhost";
        out.retry = {retries, std::chrono::milliseconds(20), std::chrono::milliseconds(40)};
        return out;
    }

    git::workspace_request request(std::string job, const std::string& path = "team/app") {
        git::workspace_request out;
        out.from = {"github/" + path, forge.url(path), git_forge::user, core::secret(git_forge::password), {}};
        out.job = std::move(job);
        out.head_ref = "refs/pull/7/head";
        out.source_branch = "feature";
        out.target_branch = "main";
        out.may_push = true;
        out.number = 7;
        return out;
    }

    core::result<git::workspace> prepare(git::workspace_request what) {
        return run_coroutine(context, cache.prepare(std::move(what)));
    }
    core::result<void> remove(std::string job) { return run_coroutine(context, cache.remove(std::move(job))); }

    std::filesystem::path mirror(const std::string& path = "team/app") {
        return folder / ("cache/mirrors/github/" + path + ".git");
    }

    auto count(std::string_view operation, std::string_view result) const {
        return std::ranges::count(observed, std::pair<std::string, std::string>(operation, result));
    }

    std::chrono::milliseconds timeout;
    std::size_t retries;
    git_forge forge;
    temporary_directory folder;
    boost::asio::io_context context{1};
    boost::asio::thread_pool pool{2};
    std::vector<std::pair<std::string, std::string>> observed;
    std::string head;
    git::cache cache{
        context.get_executor(), pool, settings(),
        [this](std::string_view operation, std::string_view result) { observed.emplace_back(operation, result); }};
};

inline std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

/// True if the shell command succeeds; what it prints goes nowhere.
inline bool shell(const std::string& command) {
    return std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) == 0;
}

/// A git command in a workspace as an agent would see it, with the mirror's objects found at the host's path.
inline bool git_in(const git::workspace& where, const std::string& arguments) {
    return shell("export GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_ALTERNATE_OBJECT_DIRECTORIES='" +
                 where.objects.string() + "'; git -C '" + where.directory.string() + "' " + arguments);
}

/// The processes that run a git with this word among its arguments, as children of this process.
inline std::vector<pid_t> git_children(const std::string& word) {
    std::vector<pid_t> found;
    for (const auto& [id, argv] : running_processes())
        if (argv.starts_with("git") && argv.find(std::string(1, '\0') + word + '\0') != argv.npos &&
            parent_of(id) == ::getpid())
            found.push_back(id);
    return found;
}

}  // namespace familiar::test

#define CHECK_ERROR(result, expected)                                        \
    do {                                                                     \
        const auto& checked = (result);                                      \
        BOOST_REQUIRE(checked.has_error());                                  \
        BOOST_TEST_CONTEXT(core::describe(checked.error()))                  \
        BOOST_CHECK(checked.error().code == familiar::core::errc::expected); \
    } while (false)
