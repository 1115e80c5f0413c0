#include "agent/host_path_proof.hpp"

#include "agent/container.hpp"
#include "agent/files.hpp"
#include "agent/trial_folder.hpp"
#include "async/shield.hpp"
#include "core/os_error.hpp"
#include "core/ulid.hpp"

#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <exception>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace familiar::agent {

namespace {

using core::errc;
using core::fail;

constexpr std::chrono::seconds removal_bound{20};

/// Exit codes of the script, and of whoever looked for /bin/sh in vain (POSIX.1-2017, XCU 2.8.2).
constexpr int not_readable = 10;
constexpr int not_writable = 11;
constexpr int not_runnable = 126;
constexpr int not_there = 127;

/// With what every shell has in itself.
constexpr auto script =
    "IFS= read -r word </familiar/in/word || exit 10; echo \"$word\" >/familiar/out/word || exit 11";

/// A folder with a file to read and a folder to write in, which belong to the agent's user as a job's folders do.
struct trial {
    trial_folder folder;
    std::string word = core::make_ulid();

    fs::path in() const { return folder.path() / "in"; }
    fs::path out() const { return folder.path() / "out"; }
};

core::result<void> hand_over(const fs::path& folder, identity user) {
    if (::getuid() != 0 || ::chown(folder.c_str(), user.user, user.group) == 0) return {};
    const int number = errno;
    return fail(core::storage_errc(number),
                "cannot give " + folder.string() + " to the agent's user: " + core::os_text(number));
}

core::result<trial> set_up(const fs::path& parent, identity user) {
    auto folder = trial_folder::make(parent);
    if (!folder) return folder.error();
    trial made{std::move(*folder)};
    for (const auto& part : {made.in(), made.out()}) {
        if (::mkdir(part.c_str(), 0700) != 0) {
            const int number = errno;
            return fail(core::storage_errc(number), "cannot make " + part.string() + ": " + core::os_text(number));
        }
    }
    if (auto written = write_new_file(made.in() / "word", made.word + "\n", 0444); !written) return written.error();
    for (const auto& part : {made.in(), made.out()})
        if (auto handed = hand_over(part, user); !handed) return handed.error();
    return made;
}

std::string word_in(const fs::path& file) {
    std::ifstream in(file);
    std::string word;
    std::getline(in, word);
    return word;
}

docker::container_spec throw_away(const config::agents_settings& agents) {
    docker::container_spec spec;
    spec.name = "familiar-doctor-" + core::make_ulid();
    spec.image = agents.image;
    spec.labels = {{"familiar.doctor", "true"}};
    spec.network = "none";
    spec.command = {"/bin/sh", "-c", script};
    return spec;
}

std::string name_of(const config::repo_cache_settings& cache) {
    return cache.host_dir.empty() ? "repo_cache.dir " + cache.dir.string()
                                  : "repo_cache.host_dir " + cache.host_dir.string();
}

/// What there is to say of a container that ran the script.
core::result<host_path_proof> judge(const docker::container_state& state, const trial& what,
                                    const config::repo_cache_settings& cache, const std::string& user) {
    if (state.exit_code == not_readable || state.exit_code == not_writable) {
        const std::string verb = state.exit_code == not_readable ? "read" : "write";
        return fail(errc::refused, "the agent's user " + user + " may not " + verb + " below " + name_of(cache) +
                                       " in a container: see agents.user and whether the engine maps users");
    }
    if (state.exit_code != 0)
        return fail(errc::child_failed,
                    "the container that was to prove it ended with exit code " + std::to_string(state.exit_code));
    if (word_in(what.out() / "word") != what.word)
        return fail(errc::conflict, "what a container writes below " + name_of(cache) + " does not appear in " +
                                        cache.dir.string() + ": they are not the same folder");
    return host_path_proof::as_agent;
}

asio::awaitable<core::result<host_path_proof>> look_without_shell(docker::engine& engine, std::string container,
                                                                  const trial& what,
                                                                  const config::repo_cache_settings& cache) {
    const auto copy = what.folder.path() / "copy";
    const auto copied = co_await engine.copy_out(container, "/familiar/in/word", copy);
    if (!copied && copied.error().code != errc::not_found) co_return copied.error();
    if (word_in(copy) == what.word) co_return host_path_proof::seen;
    co_return fail(errc::conflict, name_of(cache) + " is not the same folder as " + cache.dir.string());
}

asio::awaitable<core::result<host_path_proof>> try_in_container(docker::engine& engine, docker::container_spec spec,
                                                                const trial& what,
                                                                const config::repo_cache_settings& cache) {
    const auto created = co_await engine.create(spec);
    if (!created && created.error().code == errc::not_found)
        co_return fail(errc::not_found, "the engine's host has no " + spec.mounts.front().source.string() + ": set " +
                                            "repo_cache.host_dir to where repo_cache.dir (" + cache.dir.string() +
                                            ") is on it");
    if (!created) co_return created.error();
    const auto ended = co_await engine.run_to_end(spec.name);
    if (!ended) co_return ended.error();
    if (ended->exit_code != not_there && ended->exit_code != not_runnable)
        co_return judge(*ended, what, cache, spec.user);
    co_return co_await look_without_shell(engine, spec.name, what, cache);
}

/// Awaits what uses the container, and removes it however that ends.
template <class T>
asio::awaitable<core::result<T>> and_remove(docker::engine& engine, std::string container,
                                            asio::awaitable<core::result<T>> use) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr thrown;
    std::optional<core::result<T>> said;
    try {
        said = co_await std::move(use);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    // An engine that is away by now keeps a container that never ran again; its label says whose it was.
    const auto removed = co_await async::shielded(engine.remove(container), removal_bound);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (thrown) std::rethrow_exception(thrown);
    if (*said && !removed) co_return removed.error();
    co_return std::move(*said);
}

asio::awaitable<core::result<void>> try_to_create(docker::engine& engine, docker::container_spec spec) {
    const auto created = co_await engine.create(spec);
    if (created) co_return core::result<void>{};
    if (created.error().code != errc::not_found) co_return created.error();
    co_return fail(errc::not_found, "the engine's host has no " + spec.mounts.front().source.string());
}

}  // namespace

asio::awaitable<core::result<host_path_proof>> prove_cache_path(const config::settings& settings,
                                                                docker::engine& engine) {
    const auto user = agent_identity(settings.agents, ::getuid(), ::getgid());
    const auto& cache = settings.repo_cache;
    const auto what = set_up(cache.dir / "tmp", user);
    if (!what) co_return what.error();

    auto spec = throw_away(settings.agents);
    spec.user = std::to_string(user.user) + ":" + std::to_string(user.group);
    spec.mounts = {{as_host_sees(cache, what->in()), "/familiar/in", true},
                   {as_host_sees(cache, what->out()), "/familiar/out", false}};
    co_return co_await and_remove(engine, spec.name, try_in_container(engine, spec, *what, cache));
}

asio::awaitable<core::result<void>> prove_auth_path(const config::agents_settings& agents, docker::engine& engine) {
    auto spec = throw_away(agents);
    spec.mounts = {{agents.auth_dir, "/familiar/auth", true}};
    co_return co_await and_remove(engine, spec.name, try_to_create(engine, spec));
}

bool disproves(const core::error& failure) noexcept {
    return failure.code == errc::not_found || failure.code == errc::refused || failure.code == errc::conflict;
}

}  // namespace familiar::agent
