#pragma once

#include <initializer_list>
#include <vector>

namespace familiar::app {

/// Makes the signals that the server takes (SIGINT, SIGTERM, SIGHUP) wait: for this thread, and those that it starts
/// from now on, until somebody lets them through. Called before anything else, so that a signal in the first or the
/// last moment of the process never meets one that would die of it.
void hold_signals();

/// Lets signals through to this thread as long as it lives; those that come later wait for ever. Whoever takes them is
/// ready by then: a member that follows the signal_set.
class signals_let_through {
public:
    explicit signals_let_through(std::initializer_list<int> which);
    ~signals_let_through();
    signals_let_through(const signals_let_through&) = delete;
    signals_let_through& operator=(const signals_let_through&) = delete;

private:
    std::vector<int> which_;
};

}  // namespace familiar::app
