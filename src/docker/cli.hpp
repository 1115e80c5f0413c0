#pragma once

#include <chrono>

namespace familiar::docker {

/// Between TERM and KILL for the docker program itself, which has nothing to clean up.
inline constexpr std::chrono::milliseconds cli_grace{500};

}  // namespace familiar::docker
