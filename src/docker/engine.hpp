#pragma once

#include "core/error.hpp"
#include "docker/facts.hpp"
#include "docker/types.hpp"
#include "process/pull.hpp"
#include "process/run.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::docker {

/// One Docker engine, reached through the CLI. Every call has a deadline and may be cancelled; the CLI is then ended,
/// but what it had asked the engine for may still happen: whoever creates a container removes it by name.
///
/// Errors of every call: errc::engine_unreachable (also where there is no CLI), errc::timed_out, errc::invalid (an
/// answer nobody understands), errc::child_failed (any other refusal, with the CLI's words); and those that are named.
class engine {
public:
    /// Told of every command that ended: "create", "inspect", ... and whether it succeeded.
    using command_observer = std::function<void(std::string_view command, bool succeeded)>;

    explicit engine(settings with, command_observer observer = {});

    /// Others take the place of the settings, for the commands that begin from now on.
    void change(settings with) { settings_ = std::move(with); }

    /// The engine's version: the ping. Answers within `ping_timeout`.
    boost::asio::awaitable<core::result<std::string>> version();

    /// Both versions, within `ping_timeout`. A CLI that reaches no engine is a success that says why; without a CLI it
    /// is errc::engine_unreachable.
    boost::asio::awaitable<core::result<docker::versions>> versions();

    /// What the engine can do.
    boost::asio::awaitable<core::result<engine_facts>> facts();

    /// errc::not_found if there is no network of that name.
    boost::asio::awaitable<core::result<void>> inspect_network(std::string name);

    /// errc::image_missing if the engine does not have it.
    boost::asio::awaitable<core::result<image_info>> inspect_image(std::string image);

    /// errc::image_missing if no registry has it, errc::unavailable if the registry does not answer.
    boost::asio::awaitable<core::result<void>> pull(std::string image);

    /// Returns the container's id. errc::name_taken, errc::image_missing; errc::invalid for a mount whose path cannot
    /// be written as an option.
    boost::asio::awaitable<core::result<std::string>> create(container_spec spec);

    /// errc::no_such_container.
    boost::asio::awaitable<core::result<void>> start(std::string name);

    /// Starts it and waits for its end, `command_timeout` at most; its state then. For what ends by itself at once.
    /// errc::no_such_container; an error also if it could not be started at all.
    boost::asio::awaitable<core::result<container_state>> run_to_end(std::string name);

    /// Copies a file out of a container in any state, its mounts included, to `file`. errc::not_found if it has none.
    boost::asio::awaitable<core::result<void>> copy_out(std::string name, std::string path, std::filesystem::path file);

    /// TERM, after `grace` (whole seconds, rounded up) KILL. Success also if it had ended already.
    /// errc::no_such_container.
    boost::asio::awaitable<core::result<void>> stop(std::string name, std::chrono::milliseconds grace);

    /// Stops it at once if it runs and removes it with its anonymous volumes. One that is absent is a success.
    boost::asio::awaitable<core::result<void>> remove(std::string name);

    /// Removes one that does not run, without stopping it if it does: that is errc::conflict, as is a removal that is
    /// under way. Once it is removed, no start that is still on its way to the engine can happen. One that is absent is
    /// a success.
    boost::asio::awaitable<core::result<void>> remove_unstarted(std::string name);

    /// errc::no_such_container.
    boost::asio::awaitable<core::result<container_state>> inspect(std::string name);

    /// The containers in any state that have all of `labels`, in no particular order. Those that vanish meanwhile are
    /// left out.
    boost::asio::awaitable<core::result<std::vector<container_state>>> list(label_map labels);

    /// Writes what the container has printed, both streams in the order in which the engine got them, to `file`
    /// (created 0640; the folder has to exist). Of more than `max_bytes` the newest are kept, from the start of a line,
    /// under a first line that says how much was cut; `remark` becomes a last one, if there is any. The file appears
    /// whole under its name or not at all. errc::no_such_container, errc::storage_full, errc::storage_failed.
    boost::asio::awaitable<core::result<void>> save_logs(std::string name, std::filesystem::path file,
                                                         std::uint64_t max_bytes, std::string remark = {});

    /// Hands on what the container has printed from its beginning, and then what it prints, both streams in order, in
    /// pieces as they come, until it has ended or `take` says false. No more is read than was taken. Nothing but the
    /// beginning has a deadline: an engine that falls silent meanwhile looks like a container that does. What the CLI
    /// has to say when it fails comes as a last piece. errc::no_such_container.
    boost::asio::awaitable<core::result<void>> follow_logs(std::string name, process::chunk_taker take);

    /// The same of what the container has printed so far, and no more.
    boost::asio::awaitable<core::result<void>> read_logs(std::string name, process::chunk_taker take);

    /// When the container printed its newest line, on either stream, by the clock of the engine's host; none if it has
    /// printed nothing so far. A line counts when it is finished. errc::no_such_container.
    boost::asio::awaitable<core::result<std::optional<core::wall_time>>> last_output(std::string name);

    /// The end of what the container has printed, both streams in order and without secrets: at most `lines` lines, of
    /// some `max_bytes` bytes.
    /// errc::no_such_container.
    boost::asio::awaitable<core::result<std::string>> last_lines(std::string name, std::size_t lines,
                                                                 std::size_t max_bytes);

    /// `docker events` for the dying and vanishing of containers with all of `labels`, from `since` on, one name at a
    /// time, until the stream breaks (its error) or has been open for `limit` (errc::timed_out).
    boost::asio::awaitable<core::error> watch_ends(label_map labels, core::wall_time since,
                                                   std::chrono::milliseconds limit,
                                                   std::function<void(std::string_view name)> on_end);

private:
    process::command docker(std::vector<std::string> arguments) const;
    boost::asio::awaitable<core::result<process::output>> attempt(process::command what,
                                                                  std::chrono::milliseconds deadline);
    boost::asio::awaitable<core::result<process::output>> run(process::command what,
                                                              std::chrono::milliseconds deadline);
    boost::asio::awaitable<core::result<void>> inspect_into(std::vector<container_state>& states,
                                                            std::vector<std::string> ids);
    boost::asio::awaitable<core::result<void>> hand_on_logs(process::command what, std::string name,
                                                            process::chunk_taker take);
    boost::asio::awaitable<core::result<std::uint64_t>> write_log(std::string name, std::filesystem::path file,
                                                                  std::uint64_t cut, std::uint64_t most,
                                                                  std::string remark);
    void observe(const process::command& what, bool succeeded) const;
    std::string name_of(const process::command& what) const;

    settings settings_;
    command_observer observer_;
};

}  // namespace familiar::docker
