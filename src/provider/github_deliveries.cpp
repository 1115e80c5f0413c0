#include "provider/github_deliveries.hpp"

#include "observe/log.hpp"
#include "provider/github_attempts.hpp"
#include "provider/github_call.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::result;

constexpr std::size_t most_attempts = 10'000;
constexpr std::size_t most_missed = 1'000;
constexpr std::size_t most_hooks = 1'000;

asio::awaitable<result<std::vector<delivery_attempt>>> attempts_since(github_api& api, std::string path,
                                                                      std::string hook, core::wall_time since) {
    const std::string what = "the deliveries of " + hook;
    // The newest first; the pages are linked by a cursor.
    const auto listed = co_await api.list(std::move(path), {.what = what, .url = by_hundreds(hook + "/deliveries")},
                                          most_attempts, [since](const json::value& attempt) {
                                              const auto time = time_in(attempt, "delivered_at");
                                              return !time || *time >= since;
                                          });
    if (!listed) co_return listed.error();
    std::vector<delivery_attempt> attempts;
    for (const auto& element : *listed) {
        auto attempt = read_object<delivery_attempt>(what, element, read_attempt);
        if (!attempt) co_return attempt.error();
        attempts.push_back(std::move(*attempt));
    }
    co_return attempts;
}

}  // namespace

asio::awaitable<result<std::vector<missed_delivery>>> github_deliveries::missed_at(std::string path, std::string hook,
                                                                                   core::wall_time since) {
    auto attempts = co_await attempts_since(api_, path, hook, since);
    if (!attempts) co_return attempts.error();
    auto lost = not_accepted(std::move(*attempts));
    if (lost.size() > most_missed) {
        observe::warning("more webhooks were missed than are taken up; the newest are",
                         {{"provider", "github"}, {"missed", lost.size()}, {"taken_up", most_missed}});
        lost.erase(lost.begin(), lost.end() - static_cast<std::ptrdiff_t>(most_missed));
    }

    std::vector<missed_delivery> missed;
    for (auto& one : lost) {
        const std::string what = "the delivery " + one.guid + " of " + hook;
        const auto details =
            co_await api_.send(path, {.what = what, .url = hook + "/deliveries/" + std::to_string(one.id)});
        if (!details && details.error().code == core::errc::not_found) continue;
        if (!details) co_return details.error();
        auto body = payload_of(what, *details);
        if (!body) co_return body.error();
        missed.push_back(
            {.id = std::move(one.guid), .event_name = std::move(one.event), .body = std::move(*body), .sent = one.at});
    }
    co_return missed;
}

/// Whether GitHub takes the credentials at all, or cannot say so now.
asio::awaitable<bool> github_deliveries::is_known() {
    const auto who = co_await api_.send({}, {.what = "the login of providers.github.token", .url = "/user"});
    co_return who.has_value() || who.error().code != core::errc::authentication_failed;
}

/// Our hooks of a repository, as the API's paths. None where the token's owner is no administrator.
asio::awaitable<result<std::vector<std::string>>> github_deliveries::hooks_of(std::string path, std::string hook_path) {
    const auto url = repository_path(path) + "/hooks";
    const auto hooks =
        co_await api_.list(path, {.what = "the webhooks of " + path, .url = by_hundreds(url)}, most_hooks);
    std::vector<std::string> ours;
    if (!hooks) {
        const bool hidden =
            hooks.error().code == core::errc::not_found || hooks.error().code == core::errc::authentication_failed;
        if (!hidden || !co_await is_known()) co_return hooks.error();
        if (said_of_.insert(path).second)
            observe::info(
                "what a hook could not deliver is not known: its deliveries are for administrators",
                {{"provider", "github"}, {"repository", "github/" + path}, {"reason", hooks.error().message}});
        co_return ours;
    }
    for (const auto& hook : *hooks) {
        if (!leads_here(hook, hook_path)) continue;
        const auto id = read_object<std::int64_t>("a webhook of " + path, hook,
                                                  [](const event::fields& in) { return in.number("id"); });
        if (!id) co_return id.error();
        ours.push_back(url + '/' + std::to_string(*id));
    }
    co_return ours;
}

asio::awaitable<result<std::vector<missed_delivery>>> github_deliveries::missed(std::string hook_path,
                                                                                std::vector<std::string> paths,
                                                                                core::wall_time since) {
    if (api_.is_app()) co_return co_await missed_at({}, "/app/hook", since);
    std::vector<missed_delivery> all;
    for (const auto& path : paths) {
        const auto hooks = co_await hooks_of(path, hook_path);
        if (!hooks) co_return hooks.error();
        for (const auto& hook : *hooks) {
            auto missed = co_await missed_at(path, hook, since);
            if (!missed) co_return missed.error();
            std::ranges::move(*missed, std::back_inserter(all));
        }
    }
    std::ranges::sort(all, {}, [](const missed_delivery& one) { return std::pair(one.sent, one.id); });
    co_return all;
}

}  // namespace familiar::provider
