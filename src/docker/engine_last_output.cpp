#include "docker/classify.hpp"
#include "docker/cli.hpp"
#include "docker/engine.hpp"
#include "observe/redact.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::docker {

namespace {

/// With --timestamps each line begins with RFC 3339 in nanoseconds and a blank.
std::optional<core::wall_time> time_of(std::string_view line) {
    return core::parse_time(line.substr(0, std::min(line.find(' '), line.find('\n'))));
}

}  // namespace

asio::awaitable<core::result<std::optional<core::wall_time>>> engine::last_output(std::string name) {
    // The newest line comes alone, on the stream that it was printed to.
    const auto ended =
        co_await run(docker({"logs", "--tail", "1", "--timestamps", "--", name}), settings_.command_timeout);
    if (!ended) co_return ended.error();
    std::optional<core::wall_time> newest;
    for (const std::string_view line : {std::string_view(ended->out), std::string_view(ended->err)}) {
        if (line.empty()) continue;
        const auto time = time_of(line);
        if (!time) co_return core::fail(core::errc::invalid, "docker logs: no time of the last line of " + name);
        newest = std::max(newest, time);
    }
    co_return newest;
}

asio::awaitable<core::result<std::string>> engine::last_lines(std::string name, std::size_t lines,
                                                              std::size_t max_bytes) {
    auto what = docker({"logs", "--tail", std::to_string(lines), "--", name});
    what.error_to_out = true;
    std::string end;
    observe::redacting_stream redaction;  // before the cut, which could leave half a secret
    const auto ended = co_await process::stream_chunks(
        what, {.deadline = settings_.command_timeout, .grace = cli_grace}, [&](std::string_view chunk) {
            end += redaction.feed(chunk);
            if (end.size() > max_bytes) end.erase(0, end.size() - max_bytes);
        });
    observe(what, ended && ended->status.success());
    if (!ended) co_return ended.error();
    end += redaction.finish();
    if (!ended->status.success()) co_return classify("logs", ended->status, end);
    co_return end;
}

}  // namespace familiar::docker
