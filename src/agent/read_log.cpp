#include "agent/agent.hpp"

namespace familiar::agent {

boost::asio::awaitable<core::result<void>> agents::read_log(
    std::string container, std::function<boost::asio::awaitable<bool>(std::string)> take) {
    return with_.engine.read_logs(std::move(container), std::move(take));
}

}  // namespace familiar::agent
