#include "app/termination.hpp"

#include "observe/log.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

void change_mask(int how) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, one);
    ::pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

void hold_signals() {
    change_mask(SIG_BLOCK);
}

termination::termination(asio::any_io_executor executor)
    : signals_(executor, SIGINT, SIGTERM, SIGHUP), counted_(executor) {
    change_mask(SIG_UNBLOCK);
}

termination::~termination() {
    hold_signals();
}

asio::awaitable<void> termination::run() {
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal == SIGHUP) {
            observe::info("SIGHUP is ignored: restart the server to read the configuration again");
            continue;
        }
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
