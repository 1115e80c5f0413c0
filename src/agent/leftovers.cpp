#include "agent/agent.hpp"
#include "agent/container.hpp"
#include "agent/files.hpp"
#include "observe/log.hpp"

#include <charconv>
#include <system_error>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

std::string label_of(const docker::container_state& state, const std::string& name) {
    const auto found = state.labels.find(name);
    return found == state.labels.end() ? std::string() : found->second;
}

int number_of(const std::string& text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() && value > 0 ? value : 0;
}

/// One that is being removed is not running any more; paused and restarting ones go on.
found_container::state state_of(const docker::container_state& state) {
    if (!state.started_at) return found_container::state::never_started;
    const bool over = state.ended() || state.status == "removing";
    return over ? found_container::state::ended : found_container::state::running;
}

found_container as_found(const docker::container_state& state) {
    found_container found{.name = state.name,
                          .job = label_of(state, "familiar.job"),
                          .attempt = number_of(label_of(state, "familiar.attempt")),
                          .is = state_of(state),
                          .started_at = state.started_at};
    const auto timeout = core::parse_duration(label_of(state, "familiar.timeout"));
    if (found.started_at && timeout && timeout->count() > 0) found.deadline = *found.started_at + *timeout;
    return found;
}

/// An engine that gives no answer is asked again later, and a full disk will have room; what is refused stays refused.
bool may_pass(const core::error& failure) {
    return core::is_transient(failure) || failure.code == core::errc::storage_full;
}

void warn(const std::string& what, const std::string& container, const core::result<void>& done) {
    if (!done && done.error().code != core::errc::no_such_container)
        observe::warning(what, {{"container", container}, {"reason", describe(done.error())}});
}

asio::awaitable<core::result<void>> keep_log(docker::engine& engine, std::string container, std::filesystem::path log,
                                             std::uint64_t most) {
    if (auto made = make_folders(log.parent_path()); !made) co_return made;
    co_return co_await engine.save_logs(container, log, most);
}

}  // namespace

asio::awaitable<core::result<std::vector<found_container>>> agents::list() {
    const auto listed = co_await with_.engine.list(instance_labels(with_.instance));
    if (!listed) co_return listed.error();
    std::vector<found_container> found;
    for (const auto& state : *listed) found.push_back(as_found(state));
    co_return found;
}

asio::awaitable<core::result<bool>> agents::remove_unstarted(std::string container) {
    // The engine would remove one that has started and ended already without a word, so it is asked first.
    const auto state = co_await with_.engine.inspect(container);
    if (!state && state.error().code == core::errc::no_such_container) co_return true;
    if (!state) co_return state.error();
    if (state->started_at) co_return false;

    const auto removed = co_await with_.engine.remove_unstarted(container);
    if (removed) co_return true;
    if (removed.error().code == core::errc::conflict) co_return false;  // it runs now
    co_return removed.error();
}

asio::awaitable<core::result<void>> agents::remove_stray(found_container container, std::filesystem::path log) {
    if (container.is == found_container::state::running) {
        const auto stopped = co_await with_.engine.stop(container.name, with_.settings->shutdown.stop_grace);
        if (!stopped && stopped.error().code == core::errc::engine_unreachable) co_return stopped.error();
        warn("a container that nobody watches could not be stopped; it is killed", container.name, stopped);
    }

    std::error_code unknown;
    const bool wanted = container.is != found_container::state::never_started && !log.empty();
    if (wanted && !std::filesystem::exists(log, unknown)) {
        const auto kept = co_await keep_log(with_.engine, container.name, log, with_.settings->logging.max_log);
        if (!kept && may_pass(kept.error())) co_return kept;
        warn("the log of a container that nobody watches is lost", container.name, kept);
    }
    co_return co_await with_.engine.remove(container.name);
}

std::filesystem::path agents::log_of(const assignment& what) const {
    return log_path(with_.settings->logging, what);
}

asio::awaitable<core::result<std::vector<std::string>>> agents::workspaces() {
    return with_.repositories.jobs_on_disk();
}

asio::awaitable<core::result<void>> agents::remove_workspace(std::string job) {
    return with_.repositories.remove(std::move(job));
}

asio::awaitable<core::result<void>> agents::follow_log(std::string container,
                                                       std::function<asio::awaitable<bool>(std::string)> take) {
    return with_.engine.follow_logs(std::move(container), std::move(take));
}

}  // namespace familiar::agent
