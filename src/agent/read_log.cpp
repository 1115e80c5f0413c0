#include "agent/agent.hpp"
#include "agent/last_lines.hpp"
#include "async/blocking.hpp"

namespace familiar::agent {

boost::asio::awaitable<core::result<void>> agents::read_log(
    std::string container, std::function<boost::asio::awaitable<bool>(std::string)> take) {
    return with_.engine.read_logs(std::move(container), std::move(take));
}

boost::asio::awaitable<std::string> agents::last_lines(std::filesystem::path log) {
    co_return co_await async::run_blocking(
        with_.pool, [log = std::move(log)] { return read_last_lines(log).value_or(std::string()); });
}

}  // namespace familiar::agent
