#include "app/log_setup.hpp"

#include "observe/log.hpp"

namespace familiar::app {

namespace {

observe::level level_of(config::log_level level) {
    switch (level) {
        case config::log_level::debug:
            return observe::level::debug;
        case config::log_level::info:
            return observe::level::info;
        case config::log_level::warn:
            return observe::level::warning;
        case config::log_level::error:
            return observe::level::error;
    }
    return observe::level::info;
}

}  // namespace

void set_up_log(const config::logging_settings& logging) {
    const bool json = logging.format == config::log_format::json;
    observe::configure_log(level_of(logging.level), json ? observe::log_format::json : observe::log_format::logfmt);
}

}  // namespace familiar::app
