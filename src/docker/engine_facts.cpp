#include "docker/classify.hpp"
#include "docker/engine.hpp"

namespace asio = boost::asio;

namespace familiar::docker {

namespace {

constexpr auto as_json = "{{json .}}";

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

asio::awaitable<core::result<versions>> engine::versions() {
    const auto ended = co_await attempt(docker({"version", "--format", as_json}), settings_.ping_timeout);
    if (!ended) co_return ended.error();
    auto read = parse_versions(first_line(ended->out));
    if (ended->status.success()) co_return read;
    auto why = classify("version", ended->status, ended->err);
    // Some failures (no such context) come before the CLI has said anything of itself.
    if (!read) co_return why;
    read->no_engine = std::move(why);
    co_return read;
}

asio::awaitable<core::result<engine_facts>> engine::facts() {
    const auto ended = co_await run(docker({"info", "--format", as_json}), settings_.command_timeout);
    if (!ended) co_return ended.error();
    co_return parse_facts(first_line(ended->out));
}

asio::awaitable<core::result<void>> engine::inspect_network(std::string name) {
    const auto ended =
        co_await run(docker({"network", "inspect", "--format", as_json, "--", name}), settings_.command_timeout);
    if (!ended) co_return ended.error();
    co_return core::result<void>{};
}

asio::awaitable<core::result<container_state>> engine::run_to_end(std::string name) {
    // What it prints has no use here, and the exit code is the container's or the CLI's: an inspect tells.
    const auto ended = co_await attempt(docker({"start", "--attach", "--", name}), settings_.command_timeout);
    if (!ended) co_return ended.error();
    auto state = co_await inspect(name);
    if (!state || state->ended()) co_return state;
    co_return classify("start", ended->status, ended->err);
}

asio::awaitable<core::result<void>> engine::copy_out(std::string name, std::string path, std::filesystem::path file) {
    const auto ended = co_await run(docker({"cp", "--", name + ":" + path, file.string()}), settings_.command_timeout);
    if (!ended) co_return ended.error();
    co_return core::result<void>{};
}

}  // namespace familiar::docker
