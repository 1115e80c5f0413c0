#pragma once

#include "config/settings.hpp"

namespace familiar::app {

/// The server's own log becomes what the configuration says: `logging.level` and `logging.format`.
void set_up_log(const config::logging_settings& logging);

}  // namespace familiar::app
