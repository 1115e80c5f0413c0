#include "app/reload.hpp"

#include "app/log_setup.hpp"
#include "app/redact_secrets.hpp"
#include "async/blocking.hpp"
#include "config/reload.hpp"
#include "core/time.hpp"
#include "observe/log.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

std::string listed(const std::vector<std::string>& keys) {
    std::string all;
    for (const auto& key : keys) all += (all.empty() ? "" : ", ") + key;
    return all.empty() ? "none" : all;
}

void refuse(const config::load_failure& failure) {
    for (const auto& error : failure.errors)
        observe::error(
            "the configuration is wrong",
            {{"file", error.file}, {"line", error.line}, {"column", error.column}, {"reason", error.message}});
    observe::error("the old configuration stays in force", {{"errors", failure.errors.size()}});
}

void tell(const config::loaded& read, const config::reload& done) {
    observe::info("configuration reloaded", {{"file", read.file},
                                             {"changed", listed(done.changed)},
                                             {"needs_restart", listed(done.needs_restart)},
                                             {"warnings", read.warnings.size()}});
    for (const auto& key : done.needs_restart) observe::warning(key + ": changed in the file, needs a restart");
    for (const auto& warning : read.warnings) observe::warning(config::to_text(warning));
}

void put_in_force(const reload_parts& with, const config::loaded& read) {
    redact_secrets(read.values);
    const auto done = config::reloaded(*with.settings, read.values);
    const auto before = with.settings->logging.level;
    with.settings.replace(done.values);
    with.on_change();

    // What has changed is told as long as either level would have it.
    auto logging = with.settings->logging;
    logging.level = std::min(logging.level, before);
    set_up_log(logging);
    tell(read, done);
    set_up_log(with.settings->logging);
}

asio::awaitable<void> reload_once(const reload_parts& with) {
    if (with.known.draining) {
        observe::info("SIGHUP is ignored: the server is draining");
        co_return;
    }
    with.manager.reloading();
    const auto read = co_await async::run_blocking(with.pool, with.read);
    if (with.known.draining) {
        observe::info("the configuration is not read again: the server is draining");
    } else if (read) {
        put_in_force(with, *read);
        with.manager.ready("Serving, with the configuration of " + core::to_rfc3339(core::now()));
    } else {
        refuse(read.error());
        with.manager.ready("Serving, with the configuration from before: the new one is wrong, the log says where");
    }
}

}  // namespace

hangups::hangups(const asio::any_io_executor& executor) : signals_(executor, SIGHUP), open_{SIGHUP} {}

asio::awaitable<void> hangups::next() {
    co_await signals_.async_wait(asio::use_awaitable);
}

asio::awaitable<void> keep_reloading(reload_parts with) {
    for (;;) {
        co_await with.requests.next();
        co_await reload_once(with);
    }
}

}  // namespace familiar::app
