#include "app/doctor_checks.hpp"
#include "core/http_date.hpp"
#include "http/client.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>

namespace asio = boost::asio;

namespace familiar::app::checkup {

namespace {

constexpr std::chrono::seconds forge_bound{10};

std::optional<core::wall_time> date_of(const http::response& answer) {
    for (const auto& [name, value] : answer.headers)
        if (boost::algorithm::iequals(name, "Date")) return core::parse_http_date(value);
    return std::nullopt;
}

/// Any answer has a Date, a refusal too.
asio::awaitable<findings> forge_clock(const patient& who, event::provider forge) {
    const auto& settings = who.settings();
    if (!config::enabled(settings.providers, forge)) co_return skip("off: it has no webhook_secret");
    const auto& url = config::git_url(settings.providers, forge);
    if (!url.starts_with("http")) co_return skip(url + " tells no time");

    http::client client(co_await asio::this_coro::executor,
                        {.total_timeout = forge_bound, .idle_per_origin = 0, .ca_file = settings.git.ca_file},
                        http::proxies_of_process());
    const auto before = core::now();
    const auto answer = co_await client.send({.method = "HEAD", .url = url});
    if (!answer) co_return warn(describe(answer.error()), "git reaches it: look at the variables for proxies");
    const auto told = date_of(*answer);
    if (!told) co_return skip(url + " does not tell its time");
    const auto now = core::now();
    const auto off = std::max({before - *told, *told - now, std::chrono::milliseconds{0}});
    if (off > clock_tolerance)
        co_return warn("the clock of " + url + " differs from this machine's by " +
                           core::to_text(std::chrono::floor<std::chrono::seconds>(off)),
                       "set this machine's by NTP: signatures with a time and limits of a forge depend on it");
    co_return ok("the clock of " + url + " agrees with this machine's");
}

}  // namespace

asio::awaitable<findings> github_clock(const patient& who) {
    return forge_clock(who, event::provider::github);
}

asio::awaitable<findings> gitlab_clock(const patient& who) {
    return forge_clock(who, event::provider::gitlab);
}

}  // namespace familiar::app::checkup
