#include "app/catch_up.hpp"

#include "app/missed.hpp"
#include "async/retry.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"
#include "webhook/webhook.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

using core::result;

/// A forge that is away as long has more to tell than what was missed before.
constexpr std::chrono::hours longest{1};
constexpr std::size_t most_retries = 100;

constexpr std::size_t most_repositories = 200;
constexpr std::size_t most_requests = 500;

constexpr auto hook_path = "/webhook/github";

struct tally {
    std::size_t found = 0;
    std::size_t taken_up = 0;
};

/// Nothing is held while it waits, so it waits as long as a forge asks for.
async::retry_policy policy_of(const config::settings& settings) {
    return {.max_retries = most_retries,
            .initial_backoff = settings.retry.initial_backoff,
            .max_backoff = settings.retry.max_backoff,
            .patience = longest};
}

class search {
public:
    search(catch_up_parts with, provider::forge& api, core::wall_time since)
        : with_(std::move(with)), api_(api), since_(since), policy_(policy_of(*with_.settings)) {}

    asio::awaitable<result<tally>> run() {
        auto known = co_await with_.journal.repositories(with_.forge, most_repositories);
        if (!known) co_return known.error();
        const auto paths = repositories_to_ask(std::move(*known), with_.settings->triggers.repositories);
        result<void> done;
        if (with_.forge == event::provider::github)
            done = co_await failed_deliveries(paths);
        else
            done = co_await unknown_heads(paths);
        if (!done) co_return done.error();
        co_return tally_;
    }

private:
    asio::awaitable<result<void>> failed_deliveries(std::vector<std::string> paths) {
        const auto missed =
            co_await async::retry(policy_, [&] { return api_.missed_deliveries(hook_path, paths, since_); });
        if (!missed) co_return missed.error();
        for (const auto& one : *missed) {
            ++tally_.found;
            auto parsed = webhook::parse(event::provider::github, {one.id, one.event_name}, one.body);
            auto* const incoming = std::get_if<event::event>(&parsed);
            if (incoming == nullptr) continue;
            journal::delivery origin{.forge = event::provider::github,
                                     .id = one.id,
                                     .event_name = one.event_name,
                                     .body = one.body,
                                     .received = core::now()};
            missed_event heard{std::move(origin), std::move(*incoming)};
            if (const auto done = co_await take_up(std::move(heard)); !done) co_return done.error();
        }
        co_return result<void>();
    }

    asio::awaitable<result<void>> unknown_heads(std::vector<std::string> paths) {
        for (const auto& path : paths) {
            const auto requests = co_await async::retry(policy_, [&] { return api_.open_requests(path, since_); });
            if (!requests && core::is_transient(requests.error())) co_return requests.error();
            if (!requests) {
                observe::log(
                    observe::level::debug, "a repository was not looked at for what was missed there",
                    {{"provider", to_text(with_.forge)}, {"repository", path}, {"reason", describe(requests.error())}});
                continue;
            }
            for (const auto& request : *requests) {
                if (tally_.found == most_requests) co_return result<void>();
                if (const auto done = co_await look_at(path, request); !done) co_return done.error();
            }
        }
        co_return result<void>();
    }

    asio::awaitable<result<void>> look_at(const std::string& path, const provider::merge_request_state& now) {
        const auto number = now.request.number;
        if (now.request.head.empty()) co_return result<void>();
        const auto known = co_await with_.journal.knows_head(with_.forge, path, number, now.request.head);
        if (!known) co_return known.error();
        if (*known) co_return result<void>();
        auto before = co_await with_.journal.last_known(with_.forge, path, number);
        if (!before) co_return before.error();
        ++tally_.found;
        std::optional<std::string> head;
        if (before->has_value()) head = (*before)->head;
        co_return co_await take_up(unheard_of(path, now, std::move(head), core::now()));
    }

    asio::awaitable<result<void>> take_up(missed_event one) {
        const bool closes = one.incoming.what == event::action::closed;
        const auto given = co_await async::retry(policy_, [&] { return with_.accept(one.origin, one.incoming); });
        if (!given) co_return given.error();
        // A close that is taken up has no job: intake calls it ignored.
        const bool stopped = closes && std::holds_alternative<job::ignored>(*given);
        if (stopped || std::holds_alternative<job::queued>(*given)) {
            ++tally_.taken_up;
            with_.metrics.delivery_recovered(to_text(with_.forge));
        }
        co_return result<void>();
    }

    catch_up_parts with_;
    provider::forge& api_;
    core::wall_time since_;
    async::retry_policy policy_;
    tally tally_;
};

}  // namespace

asio::awaitable<void> catch_up(catch_up_parts with) {
    const auto forge = to_text(with.forge);
    const auto since = missed_since(with.journal.last_in_use(), core::now());
    auto* const api = with.api_of(with.forge);
    if (!since || api == nullptr) co_return;

    search missed(std::move(with), *api, *since);
    const auto done = co_await async::with_timeout(missed.run(), longest);
    if (!done)
        observe::warning(
            "what was missed while the server was down is not all known; push or comment again where "
            "nothing has happened",
            {{"provider", forge}, {"since", core::to_rfc3339(*since)}, {"reason", describe(done.error())}});
    else
        observe::log(done->found > 0 ? observe::level::info : observe::level::debug,
                     "looked for what was missed while the server was down",
                     {{"provider", forge},
                      {"since", core::to_rfc3339(*since)},
                      {"missed", done->found},
                      {"taken_up", done->taken_up}});
}

}  // namespace familiar::app
