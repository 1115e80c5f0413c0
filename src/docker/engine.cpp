#include "docker/engine.hpp"

#include "docker/arguments.hpp"
#include "docker/classify.hpp"
#include "docker/cli.hpp"
#include "docker/parse.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::docker {

namespace {

using core::errc;
using core::fail;

/// A container's inspect is 6 to 10 KB.
constexpr std::size_t max_output = std::size_t{16} << 20;

/// Ids in one inspect, so that neither its arguments nor its output get out of hand.
constexpr std::size_t inspected_at_once = 100;

constexpr auto as_json = "{{json .}}";

bool is(const core::error& failure, errc code) {
    return failure.code == make_error_code(code);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end != 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string first_line(const std::string& text) {
    const auto lines = lines_of(text);
    return lines.empty() ? std::string() : lines.front();
}

std::vector<std::string> operator+(std::vector<std::string> first, const std::vector<std::string>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

core::result<void> without_value(const core::result<process::output>& ended) {
    if (!ended) return ended.error();
    return {};
}

}  // namespace

engine::engine(settings with, command_observer observer) : settings_(std::move(with)), observer_(std::move(observer)) {}

asio::awaitable<core::result<std::string>> engine::version() {
    const auto ended =
        co_await run(docker({"version", "--format", "{{json .Server.Version}}"}), settings_.ping_timeout);
    if (!ended) co_return ended.error();
    co_return parse_string(first_line(ended->out));
}

asio::awaitable<core::result<image_info>> engine::inspect_image(std::string image) {
    const auto ended = co_await run(docker({"inspect", "--type", "image", "--format", as_json, "--", image}),
                                    settings_.command_timeout);
    if (!ended) co_return ended.error();
    co_return parse_image(first_line(ended->out));
}

asio::awaitable<core::result<void>> engine::pull(std::string image) {
    co_return without_value(co_await run(docker({"pull", "--quiet", "--", image}), settings_.pull_timeout));
}

asio::awaitable<core::result<std::string>> engine::create(container_spec spec) {
    auto wanted = create_arguments(spec);
    if (!wanted) co_return wanted.error();
    auto what = docker(std::move(wanted->arguments));
    what.environment = std::move(wanted->environment);
    const auto ended = co_await run(std::move(what), settings_.command_timeout);
    if (!ended) co_return ended.error();
    auto id = first_line(ended->out);
    if (id.empty()) co_return fail(errc::invalid, "docker create: no id of container " + spec.name + " was printed");
    co_return id;
}

asio::awaitable<core::result<void>> engine::start(std::string name) {
    co_return without_value(co_await run(docker({"start", "--", name}), settings_.command_timeout));
}

asio::awaitable<core::result<void>> engine::stop(std::string name, std::chrono::milliseconds grace) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(grace);
    auto what = docker({"stop", "-t", std::to_string(seconds.count()), "--", name});
    co_return without_value(co_await run(std::move(what), settings_.command_timeout + seconds));
}

asio::awaitable<core::result<void>> engine::remove(std::string name) {
    // The engine answers a second removal of the same container with a conflict: somebody is at it.
    const auto ended = co_await run(docker({"rm", "-f", "-v", "--", name}), settings_.command_timeout);
    if (!ended && !is(ended.error(), errc::no_such_container) && !is(ended.error(), errc::conflict))
        co_return ended.error();
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> engine::remove_unstarted(std::string name) {
    const auto ended = co_await run(docker({"rm", "-v", "--", name}), settings_.command_timeout);
    if (!ended && !is(ended.error(), errc::no_such_container)) co_return ended.error();
    co_return core::result<void>{};
}

asio::awaitable<core::result<container_state>> engine::inspect(std::string name) {
    const auto ended = co_await run(docker({"inspect", "--type", "container", "--format", as_json, "--", name}),
                                    settings_.command_timeout);
    if (!ended) co_return ended.error();
    co_return parse_container(first_line(ended->out));
}

asio::awaitable<core::result<std::vector<container_state>>> engine::list(label_map labels) {
    auto what = docker(std::vector<std::string>{"ps", "-a", "-q", "--no-trunc"} + label_filters(labels));
    const auto listed = co_await run(std::move(what), settings_.command_timeout);
    if (!listed) co_return listed.error();

    std::vector<container_state> states;
    const auto ids = lines_of(listed->out);
    for (std::size_t begin = 0; begin < ids.size(); begin += inspected_at_once) {
        const auto end = std::min(begin + inspected_at_once, ids.size());
        std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                      ids.begin() + static_cast<std::ptrdiff_t>(end));
        const auto inspected = co_await inspect_into(states, std::move(some));
        if (!inspected) co_return inspected.error();
    }
    co_return states;
}

asio::awaitable<core::result<void>> engine::inspect_into(std::vector<container_state>& states,
                                                         std::vector<std::string> ids) {
    const std::vector<std::string> arguments{"inspect", "--type", "container", "--format", as_json, "--"};
    const auto what = docker(arguments + ids);
    const auto ended = co_await attempt(what, settings_.command_timeout);
    if (!ended) co_return ended.error();
    if (!ended->status.success()) {
        // One that vanished since the listing makes it fail, and it prints the others all the same.
        auto failure = classify("inspect", ended->status, ended->err);
        if (!is(failure, errc::no_such_container)) co_return failure;
    }
    for (const auto& line : lines_of(ended->out)) {
        auto state = parse_container(line);
        if (!state) co_return state.error();
        states.push_back(std::move(*state));
    }
    co_return core::result<void>{};
}

asio::awaitable<core::error> engine::watch_ends(label_map labels, core::wall_time since,
                                                std::chrono::milliseconds limit,
                                                std::function<void(std::string_view name)> on_end) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since).time_since_epoch().count();
    const std::vector<std::string> arguments{
        "events",    "--since",  std::to_string(seconds), "--filter", "type=container", "--filter",
        "event=die", "--filter", "event=destroy",         "--format", as_json};
    const auto what = docker(arguments + label_filters(labels));
    const auto ended = co_await process::stream(what, {.deadline = limit, .grace = cli_grace},
                                                [on_end = std::move(on_end)](std::string_view line) {
                                                    if (const auto name = parse_event_name(line)) on_end(*name);
                                                });
    observe(what, !ended && is(ended.error(), errc::timed_out));
    if (!ended) co_return ended.error();
    if (ended->status.success()) co_return fail(errc::unavailable, "docker events: the stream has ended");
    co_return classify("events", ended->status, ended->err);
}

process::command engine::docker(std::vector<std::string> arguments) const {
    process::command what;
    what.argv = {settings_.cli};
    if (!settings_.host.empty()) what.argv.insert(what.argv.end(), {"--host", settings_.host});
    what.argv.insert(what.argv.end(), arguments.begin(), arguments.end());
    what.environment_keep = {"DOCKER_HOST",       "DOCKER_CONTEXT",   "DOCKER_CONFIG",      "DOCKER_TLS",
                             "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION", "SSH_AUTH_SOCK"};
    return what;
}

/// Runs it to whatever end.
asio::awaitable<core::result<process::output>> engine::attempt(process::command what,
                                                               std::chrono::milliseconds deadline) {
    auto ended = co_await process::run(what, {.deadline = deadline, .grace = cli_grace, .max_output = max_output});
    observe(what, ended && ended->status.success());
    // Without the program no engine can be reached either, and a package upgrade takes it away for a moment.
    if (!ended && is(ended.error(), errc::program_missing))
        co_return fail(errc::engine_unreachable, describe(ended.error()));
    if (ended && ended->truncated) co_return fail(errc::too_large, "docker printed more than is read");
    co_return ended;
}

/// The same, and an end without success is an error.
asio::awaitable<core::result<process::output>> engine::run(process::command what, std::chrono::milliseconds deadline) {
    const auto command = name_of(what);
    auto ended = co_await attempt(std::move(what), deadline);
    if (ended && !ended->status.success()) co_return classify(command, ended->status, ended->err);
    co_return ended;
}

void engine::observe(const process::command& what, bool succeeded) const {
    if (observer_) observer_(name_of(what), succeeded);
}

/// "create", "inspect", ...: it comes after the program and its --host.
std::string engine::name_of(const process::command& what) const {
    return what.argv.at(settings_.host.empty() ? 1 : 3);
}

}  // namespace familiar::docker
