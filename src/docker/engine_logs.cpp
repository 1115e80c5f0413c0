#include "docker/classify.hpp"
#include "docker/cli.hpp"
#include "docker/engine.hpp"
#include "docker/log_file.hpp"
#include "observe/redact.hpp"

#include <system_error>

namespace asio = boost::asio;

namespace familiar::docker {

namespace {

using core::errc;
using core::fail;

/// Of what `logs` prints when it fails.
constexpr std::size_t longest_complaint = 4096;

/// Hands pieces on, without secrets, and keeps the end of them, which is what the CLI said if it failed.
struct follower {
    asio::awaitable<bool> take(std::string piece) { return hand_on(redaction.feed(piece)); }

    /// The log has ended: what was held back as the possible beginning of a secret is handed on too.
    asio::awaitable<bool> finish() { return hand_on(redaction.finish()); }

    asio::awaitable<bool> hand_on(std::string piece) {
        // An empty piece would be the end of an answer in chunks.
        if (piece.empty() || !wanted) co_return wanted;
        last += piece;
        if (last.size() > longest_complaint) last.erase(0, last.size() - longest_complaint);
        wanted = co_await reader(std::move(piece));
        co_return wanted;
    }

    process::chunk_taker reader;
    observe::redacting_stream redaction{};
    std::string last{};
    bool wanted = true;
};

}  // namespace

asio::awaitable<core::result<void>> engine::save_logs(std::string name, std::filesystem::path file,
                                                      std::uint64_t max_bytes, std::string remark) {
    const auto size = co_await write_log(name, file, 0, max_bytes, remark);
    if (!size) co_return size.error();
    if (*size <= max_bytes) co_return core::result<void>{};
    const auto again = co_await write_log(name, file, *size - max_bytes, max_bytes, remark);
    if (!again) co_return again.error();
    co_return core::result<void>{};
}

/// Returns how long the log is; the file appears if all of what it is to hold fitted.
asio::awaitable<core::result<std::uint64_t>> engine::write_log(std::string name, std::filesystem::path file,
                                                               std::uint64_t cut, std::uint64_t most,
                                                               std::string remark) {
    auto what = docker({"logs", "--", name});
    what.error_to_out = true;
    try {
        log_file log(file, cut, most);
        std::string beginning;  // what the CLI says when it fails comes the same way as the log
        const auto ended = co_await process::stream_chunks(
            what, {.deadline = settings_.command_timeout, .grace = cli_grace}, [&](std::string_view chunk) {
                beginning.append(chunk.substr(0, longest_complaint - beginning.size()));
                log.append(chunk);
            });
        observe(what, ended && ended->status.success());
        if (!ended) co_return ended.error();
        if (!ended->status.success()) co_return classify("logs", ended->status, beginning);
        log.finish();
        if (!remark.empty()) log.remark(remark);
        if (cut != 0 || log.size() <= most) log.publish();
        co_return log.size();
    } catch (const std::system_error& failure) {
        const bool full = failure.code() == std::errc::no_space_on_device;
        co_return fail(full ? errc::storage_full : errc::storage_failed, failure.what());
    }
}

asio::awaitable<core::result<void>> engine::follow_logs(std::string name, process::chunk_taker take) {
    return hand_on_logs(docker({"logs", "--follow", "--", name}), name, std::move(take));
}

asio::awaitable<core::result<void>> engine::read_logs(std::string name, process::chunk_taker take) {
    return hand_on_logs(docker({"logs", "--", name}), name, std::move(take));
}

asio::awaitable<core::result<void>> engine::hand_on_logs(process::command what, std::string name,
                                                         process::chunk_taker take) {
    // Whether there is such a container, and an engine that answers, is asked where there is a deadline.
    if (const auto there = co_await inspect(name); !there) co_return there.error();

    follower follow{std::move(take)};
    const auto ended =
        co_await process::pull(what, cli_grace, [&](std::string piece) { return follow.take(std::move(piece)); });
    co_await follow.finish();
    observe(what, ended && (ended->success() || !follow.wanted));
    if (!ended) co_return ended.error();
    if (follow.wanted && !ended->success()) co_return classify("logs", *ended, follow.last);
    co_return core::result<void>{};
}

}  // namespace familiar::docker
