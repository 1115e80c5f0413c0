#include "agent/life.hpp"

#include "agent/briefing.hpp"
#include "agent/files.hpp"
#include "agent/permitted.hpp"
#include "async/blocking.hpp"
#include "config/overrides.hpp"
#include "observe/log.hpp"

#include <limits>
#include <unistd.h>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

constexpr auto agent_api_label = "familiar.agent.api";
constexpr auto agent_api_version = "1";
constexpr auto repository_configuration = ".familiar/config.yaml";

/// The same failure with what to do about it.
core::error advise(core::error failure, const std::string& advice) {
    failure.message = describe(failure) + "; " + advice;
    return failure;
}

/// `from`: where the image's name stands.
core::error explain_missing(core::error failure, const config::agents_settings& agents, const std::string& from) {
    if (failure.code != core::errc::image_missing) return failure;
    const std::string choice = agents.pull == config::pull_policy::never
                                   ? ", or set agents.pull: missing if a registry has it"
                                   : ", or push it to its registry";
    return advise(std::move(failure),
                  "build the image " + agents.image + " (" + from + ") on the engine's host" + choice);
}

/// What passes when a workspace is made is the forge's to mend; this machine's own troubles have codes of their own.
core::error blame_forge(core::error failure) {
    if (failure.code == core::errc::unavailable || failure.code == core::errc::timed_out)
        failure.code = core::errc::forge_unreachable;
    return failure;
}

}  // namespace

life::life(const agents::tools& with, std::unique_ptr<const assignment> what, stages& recorder)
    : with_(with),
      settings_(with.settings.snapshot()),
      what_(*what),
      recorder_(recorder),
      container_(container_name(*what)),
      log_(log_path(settings_->logging, *what).string()),
      setup_(std::make_unique<setup>(std::move(what), settings_)) {}

asio::awaitable<void> life::live() {
    if (auto begun = co_await begin(); !begun) {
        said_ = begun.error();
        co_return;
    }
    co_await accompany();
    co_await settle();
}

asio::awaitable<core::result<void>> life::begin() {
    if (auto prepared = co_await prepare(); !prepared) co_return prepared.error();
    if (auto launched = co_await launch_container(); !launched) co_return launched.error();
    setup_.reset();
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> life::prepare() {
    core::result<void> usable;
    if (auto made = co_await make_workspace(usable); !made) co_return blame_forge(made.error());
    if (!usable) co_return usable.error();
    if (auto given = co_await give_credentials(); !given) co_return blame_forge(given.error());
    co_return co_await brief();
}

/// Checks the image beside the checkout, which takes git about as long as the docker program takes to answer: whether
/// it is usable is said apart, since it is no fault of the forge's.
asio::awaitable<core::result<void>> life::make_workspace(core::result<void>& image_usable) {
    auto request = workspace_request(*settings_, *setup_->what);
    if (auto known = co_await let_in(request.from); !known) co_return known.error();

    const auto listen = [this](const std::string& text, const std::string& branch, git::workspace_request& what) {
        return heed(text, branch, what);
    };
    const auto beside = [this, &image_usable] { return check_image_into(image_usable); };
    auto made = co_await with_.repositories.prepare(std::move(request), listen, beside);
    for (const auto& warning : setup_->clipped)
        observe::warning("the repository's own configuration is clipped", about(what_), {{"reason", warning}});
    if (!made) co_return made.error();
    setup_->where = std::move(*made);
    co_return core::result<void>();
}

/// From here on the repository's own configuration counts, as far as it narrows the server's. Called a second time if
/// the mirror had to be made anew.
core::result<void> life::heed(const std::string& text, const std::string& branch, git::workspace_request& request) {
    const auto& server = setup_->server;
    settings_ = server;
    if (text.empty()) return {};
    const auto name = repository_configuration + std::string(" of ") + branch;
    auto narrowed = config::override_with(server, text, name);
    if (!narrowed) return narrowed.error();
    settings_ = std::move(narrowed->in_force);
    setup_->clipped = std::move(narrowed->warnings);

    const auto kind = setup_->what->kind;
    if (server->events.on(kind) && !settings_->events.on(kind))
        return core::fail(core::errc::not_wanted, "events." + std::string(to_text(kind)) + " is off in " + name);
    request.may_push = permitted(settings_->permissions, *setup_->what).push_commits;
    return {};
}

std::string life::image_key() const {
    return settings_->agents.image == setup_->server->agents.image
               ? "agents.image"
               : std::string("agent_image in ") + repository_configuration;
}

/// Without a command of the configuration the image's entrypoint is the agent: the label says that it is one. A shell
/// would exit with 0 and look like a success.
asio::awaitable<core::result<void>> life::check_image() {
    const auto& agents = settings_->agents;
    auto image = co_await with_.engine.inspect_image(agents.image);
    if (!image && image.error().code == core::errc::image_missing && agents.pull == config::pull_policy::missing) {
        auto pulled = co_await with_.engine.pull(agents.image);
        if (!pulled) co_return explain_missing(pulled.error(), agents, image_key());
        image = co_await with_.engine.inspect_image(agents.image);
    }
    if (!image) co_return explain_missing(image.error(), agents, image_key());

    const auto label = image->labels.find(agent_api_label);
    const bool is_agent = label != image->labels.end() && label->second == agent_api_version;
    if (agents.command.empty() && !is_agent)
        co_return core::fail(core::errc::image_unsuitable,
                             "not a Familiar agent image: " + agents.image + " has no label " + agent_api_label + "=" +
                                 agent_api_version +
                                 "; set agents.command to run a program of that image, or build the image " +
                                 "from containers/agent");
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> life::check_image_into(core::result<void>& usable) {
    usable = co_await check_image();
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> life::brief() {
    auto written = co_await async::run_blocking(with_.pool, [this]() -> core::result<void> {
        const auto& what = *setup_->what;
        const auto& where = setup_->where;
        const auto write = [](const std::filesystem::path& path, std::string_view content, mode_t mode) {
            return write_new_file(path, content, mode);
        };
        if (auto done = write(where.familiar / "prompt.md", prompt(*settings_, what, where), 0444); !done) return done;
        if (auto done = write(where.familiar / "instructions.md", instructions(*settings_, where), 0444); !done)
            return done;
        if (auto done = write(where.familiar / "event.json", event_json(what), 0444); !done) return done;
        for (const auto& [name, value] : settings_->agents.secrets)
            if (auto done = write(where.secrets / name, value.reveal(), 0400); !done) return done;
        return {};
    });
    if (!written) co_return written.error();

    if (::getuid() != 0) co_return core::result<void>();
    const auto agent = agent_identity(settings_->agents, ::getuid(), ::getgid());
    co_return co_await with_.repositories.hand_over(setup_->where, agent.user, agent.group);
}

asio::awaitable<core::result<void>> life::launch_container() {
    if (auto created = co_await create_container(); !created) co_return created.error();
    // A local branch without push is this workspace's own and would mislead whoever asks for the merge request's.
    const auto& where = setup_->where;
    const launch facts{container_, log_, where.head, where.push_enabled ? where.branch : std::string()};
    if (auto kept = co_await recorder_.launching(facts); !kept) co_return kept.error();

    // From here on the container may run, whatever the CLI says or a cancellation cuts off: only the engine knows, and
    // is asked until it answers, since it may be its restart that keeps it from saying so.
    launched_ = true;
    const auto start = co_await with_.engine.start(container_);
    const auto confirmed = co_await confirm_start();
    if (confirmed) co_return core::result<void>();
    co_return start || launched_ ? confirmed.error() : start.error();
}

asio::awaitable<bool> life::has_started() {
    if (!started_) co_await confirm_start();
    co_return launched_;
}

/// Success: it runs or has run, which is told then. An error: it has not, and never will, unless it is an answer of the
/// engine that says nothing; then it counts as launched.
asio::awaitable<core::result<void>> life::confirm_start() {
    return async::retry(endless_patience(), [this] { return try_to_confirm_start(); });
}

asio::awaitable<core::result<void>> life::try_to_confirm_start() {
    const auto state = co_await with_.engine.inspect(container_);
    if (!state) {
        launched_ = state.error().code != core::errc::no_such_container;
        co_return state.error();
    }
    if (state->started_at) {
        seen_ = true;
        const auto timeout = settings_->agents.timeout;
        std::optional<core::wall_time> deadline;
        if (timeout.count() > 0) deadline = *state->started_at + timeout;
        co_await note_start(*state->started_at, deadline);
        saw_start_ = true;
        co_return core::result<void>();
    }

    // A start that the engine has not come to yet could still happen. It cannot once the container is gone, and if it
    // comes first the engine refuses the removal.
    const auto removed = co_await with_.engine.remove_unstarted(container_);
    if (!removed && removed.error().code == core::errc::conflict)
        co_return core::fail(core::errc::unavailable, describe(removed.error()));
    if (!removed) co_return removed.error();
    launched_ = false;
    co_return core::fail(
        core::errc::child_failed,
        "the container could not be started: " + (state->error.empty() ? "it is " + state->status : state->error));
}

asio::awaitable<core::result<void>> life::create_container() {
    const auto identity = agent_identity(settings_->agents, ::getuid(), ::getgid());
    const auto spec = container(*settings_, with_.instance, *setup_->what, setup_->where, identity, has_credentials_);
    created_ = true;
    auto made = co_await with_.engine.create(spec);
    if (!made && made.error().code == core::errc::name_taken) {
        // By an attempt of the same number whose end the engine was not there to see: it never ran.
        if (auto removed = co_await with_.engine.remove_unstarted(container_); !removed) co_return removed.error();
        made = co_await with_.engine.create(spec);
    }
    if (made) co_return core::result<void>();
    if (made.error().code == core::errc::not_found)
        co_return advise(
            made.error(),
            "the engine's host has to have agents.auth_dir, and repo_cache.dir where repo_cache.host_dir says");
    co_return explain_missing(made.error(), settings_->agents, image_key());
}

asio::awaitable<void> life::note_start(core::wall_time at, std::optional<core::wall_time> deadline) {
    started_ = at;
    seen_since_ = std::chrono::steady_clock::now();
    deadline_ = deadline;
    co_await recorder_.started(at, deadline);
}

async::retry_policy life::patience() const {
    const auto& retry = settings_->retry;
    return {retry.max_retries, retry.initial_backoff, retry.max_backoff};
}

async::retry_policy life::endless_patience() const {
    auto endless = patience();
    endless.max_retries = std::numeric_limits<std::size_t>::max();
    return endless;
}

}  // namespace familiar::agent
