#include "app/signal_mask.hpp"

#include <csignal>

namespace familiar::app {

namespace {

void change_mask(int how, const std::vector<int>& which) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : which) sigaddset(&signals, one);
    ::pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

void hold_signals() {
    change_mask(SIG_BLOCK, {SIGINT, SIGTERM, SIGHUP});
}

signals_let_through::signals_let_through(std::initializer_list<int> which) : which_(which) {
    change_mask(SIG_UNBLOCK, which_);
}

signals_let_through::~signals_let_through() {
    change_mask(SIG_BLOCK, which_);
}

}  // namespace familiar::app
