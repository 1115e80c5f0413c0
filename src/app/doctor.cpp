#include "app/doctor.hpp"

#include "app/doctor_checks.hpp"
#include "async/race.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <set>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

using namespace checkup;

/// Each outside thing has a bound of its own, which says more than this one.
constexpr std::chrono::seconds check_bound{45};

/// What a healthy engine answers well within, whatever jobs are allowed.
constexpr std::chrono::seconds command_bound{10};

struct check {
    std::string_view name;
    look* how;
    std::array<std::string_view, 3> needs{};  ///< without which there is nothing to see; above it in the table
};

constexpr std::array checks{
    check{"configuration", configuration},
    check{"secrets in files", secrets_in_files},
    check{"user", user},
    check{"server.port", port},
    check{"server.max_connections", open_files},
    check{"server.api_token", api_token},
    check{"providers.github", github_secrets},
    check{"providers.gitlab", gitlab_secrets},
    check{"storage.path", storage_folder},
    check{"database", database, {"storage.path"}},
    check{"repo_cache.dir", cache_folder},
    check{"logging.dir", log_folder},
    check{"git", git_program},
    check{"github over git", github_answers, {"git"}},
    check{"gitlab over git", gitlab_answers, {"git"}},
    check{"github's API", github_api},
    check{"gitlab's API", gitlab_api},
    check{"github's clock", github_clock, {"github over git"}},
    check{"gitlab's clock", gitlab_clock, {"gitlab over git"}},
    check{"docker.cli", docker_cli},
    check{"docker engine", docker_engine, {"docker.cli"}},
    check{"engine's limits", engine_limits, {"docker engine"}},
    check{"engine's clock", engine_clock, {"docker engine"}},
    check{"agents.network", agent_network, {"docker engine"}},
    check{"agents.image", agent_image, {"docker engine"}},
    check{"agents.auth_dir", auth_dir, {"docker engine", "agents.image"}},
    check{"repo_cache.host_dir", host_dir_of_cache, {"docker engine", "agents.image", "repo_cache.dir"}},
};

docker::settings impatient(const config::docker_settings& docker) {
    return {docker.cli, docker.host, std::min<std::chrono::milliseconds>(docker.command_timeout, command_bound),
            docker.pull_timeout, docker.ping_timeout};
}

asio::awaitable<findings> run(look* how, const patient& who) {
    try {
        const auto ended = co_await async::with_timeout(how(who), check_bound);
        if (ended) co_return *ended;
        co_return fail("it did not end within " + core::to_text(check_bound), "");
    } catch (const boost::system::system_error& failure) {
        if (failure.code() == asio::error::operation_aborted) throw;
        co_return fail(failure.what(), "");
    } catch (const std::exception& failure) {
        co_return fail(failure.what(), "");
    }
}

/// The checks that have gone well enough for others to build on.
class course {
public:
    explicit course(bool json) : json_(json) {}

    /// The first of `needs` that has not.
    std::string_view missing(const check& one) const {
        for (const auto need : one.needs)
            if (!need.empty() && !passed_.contains(need)) return need;
        return {};
    }

    void add(const check& one, findings found) {
        const bool usable = std::ranges::all_of(
            found, [](const finding& each) { return each.is == verdict::ok || each.is == verdict::warn; });
        if (usable) passed_.insert(one.name);
        for (auto& each : found) {
            report_.push_back({std::string(one.name), std::move(each)});
            if (!json_) std::cout << to_line(report_.back()) << std::endl;
        }
    }

    int finish() const {
        if (json_)
            std::cout << boost::json::serialize(to_json(report_)) << std::endl;
        else
            std::cout << summary(report_) << std::endl;
        return has_failed(report_) ? exit_code::failed : exit_code::done;
    }

private:
    bool json_;
    std::vector<entry> report_{};
    std::set<std::string_view> passed_{};
};

asio::awaitable<void> look_at_everything(const patient& who, course& seen) {
    for (const auto& one : checks) {
        const auto missing = seen.missing(one);
        if (missing.empty())
            seen.add(one, co_await run(one.how, who));
        else
            seen.add(one, skip("it builds on " + std::string(missing)));
    }
}

asio::awaitable<void> be_interrupted() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(asio::use_awaitable);
}

asio::awaitable<int> examine(const config::loaded& configured, const configuration_choice& chosen, bool json) {
    docker::engine engine(impatient(configured.values.docker));
    const patient who{configured, chosen, engine};
    course seen(json);
    if (co_await async::race(look_at_everything(who, seen), be_interrupted()) == 1)
        co_return fail_with("interrupted", exit_code::failed);
    co_return seen.finish();
}

}  // namespace

int doctor(const configuration_choice& chosen, bool json) {
    const auto configured = load(chosen);
    if (!configured) return exit_code::misused;
    // A child that does not read to the end, and a reader of ours that has had enough.
    std::signal(SIGPIPE, SIG_IGN);
    return run_to_end(examine(*configured, chosen, json));
}

}  // namespace familiar::app
