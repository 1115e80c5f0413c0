#include "git/client.hpp"

#include "git/answer_trace.hpp"
#include "git/classify.hpp"
#include "git/environment.hpp"
#include "git/names.hpp"
#include "process/run.hpp"

#include <utility>

namespace familiar::git {

namespace asio = boost::asio;

asio::awaitable<core::result<process::output>> client::run(call what, const remote* access) {
    process::command command{.argv = {"git", "--no-pager", "--literal-pathspecs"}};
    if (!what.repository.empty()) command.argv.push_back("--git-dir=" + what.repository.string());
    if (!what.work_tree.empty()) command.argv.push_back("--work-tree=" + what.work_tree.string());
    for (auto& argument : what.arguments) command.argv.push_back(std::move(argument));
    command.environment = environment(access);
    command.environment.insert(command.environment.end(), what.environment.begin(), what.environment.end());
    command.directory = what.work_tree.empty() ? settings_.cache_dir : what.work_tree;
    command.input = std::move(what.input);

    const auto ours = access ? std::chrono::milliseconds::zero() : settings_.timeout;
    const process::limits within{.deadline = what.deadline.value_or(ours), .max_output = what.max_output};
    auto ended = co_await process::run(std::move(command), within);
    if (!ended) {
        auto error = std::move(ended).error();
        error.message = "git " + what.operation + " of " + remote_.key + ": " + core::describe(error);
        co_return error;
    }
    if (!ended->status.success() && classify(ended->err) == core::errc::storage_failed) saw_damage_ = true;
    co_return std::move(*ended);
}

asio::awaitable<core::result<process::output>> client::local_any(call what) {
    co_return co_await run(std::move(what), nullptr);
}

asio::awaitable<core::result<std::string>> client::local(call what) {
    const auto operation = what.operation;
    auto ended = co_await run(std::move(what), nullptr);
    if (!ended) co_return std::move(ended).error();
    if (!ended->status.success()) co_return failure(operation, remote_.key, *ended);
    if (ended->truncated)
        co_return core::fail(core::errc::too_large, "git " + operation + " of " + remote_.key + " says too much");
    co_return std::move(ended->out);
}

asio::awaitable<core::result<void>> client::network(call what) {
    const auto operation = what.operation;
    std::optional<answer_trace> trace;
    if (url_scheme(remote_.url).starts_with("http")) {
        trace.emplace(settings_.cache_dir / "tmp");
        what.environment = trace->environment();
    }
    auto ended = co_await run(std::move(what), &remote_);
    if (!ended) co_return std::move(ended).error();
    if (ended->status.success()) co_return core::result<void>{};
    const auto answers = trace ? trace->text() : std::string();
    co_return failure(operation, remote_.key, *ended, answers);
}

}  // namespace familiar::git
