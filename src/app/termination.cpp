#include "app/termination.hpp"

#include "observe/log.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>

namespace asio = boost::asio;

namespace familiar::app {

termination::termination(asio::any_io_executor executor)
    : signals_(executor, SIGINT, SIGTERM), open_{SIGINT, SIGTERM}, counted_(executor) {}

asio::awaitable<void> termination::run() {
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        ++count_;
        observe::info("told to end", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}, {"count", count_}});
        if (count_ >= 3) {
            observe::error("forced to end: what runs is left to the next start");
            std::_Exit(1);
        }
        counted_.notify();
    }
}

asio::awaitable<void> termination::requested(int times) {
    while (count_ < times) co_await counted_.wait();
}

}  // namespace familiar::app
