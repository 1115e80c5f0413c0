#pragma once

#include "process/run.hpp"
#include "support/run_coroutine.hpp"

#include <string>

namespace familiar::test {

/// A child that behaves as the script says.
inline process::command shell(std::string script) {
    return process::command{.argv = {"/bin/sh", "-c", std::move(script)}};
}

inline core::result<process::output> result_of(process::command what, process::limits within = {}) {
    return run_coroutine(process::run(std::move(what), within));
}

}  // namespace familiar::test
