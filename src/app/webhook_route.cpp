#include "app/webhook_route.hpp"

#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::chrono::seconds retry_after{10};

webhook_answer with_status(unsigned code, std::string_view status, std::string_view name = {},
                           std::string_view value = {}) {
    boost::json::object body{{"status", status}};
    if (!name.empty()) body[name] = value;
    return {http::json(code, body), status};
}

}  // namespace

webhook::keys keys_of(const config::providers_settings& providers, event::provider forge) {
    if (forge == event::provider::github) return {providers.github.webhook_secret, {}};
    return {providers.gitlab.webhook_secret, providers.gitlab.signing_token};
}

webhook_route::webhook_route(event::provider forge, const config::current& settings, job::intake& intake,
                             observe::metrics& metrics, status& known)
    : forge_(forge), settings_(settings), intake_(intake), metrics_(metrics), known_(known) {}

asio::awaitable<http::response> webhook_route::operator()(http::request request) const {
    metrics_.webhook_received(to_text(forge_));
    auto given = co_await answer(std::move(request));
    metrics_.webhook_processed(to_text(forge_), given.result);
    co_return std::move(given.response);
}

asio::awaitable<webhook_answer> webhook_route::answer(http::request&& request) const {
    if (known_.draining && settings_->shutdown.intake == config::intake_policy::refuse)
        co_return webhook_answer{http::unavailable("the server is shutting down", retry_after), "refused"};
    if (known_.low_disk) co_return webhook_answer{http::unavailable("storage is nearly full", retry_after), "refused"};

    const webhook::request signed_request{[&request](std::string_view name) { return request.header(name); },
                                          request.body, request.received};
    if (const auto authentic = webhook::verify(forge_, keys_of(settings_->providers, forge_), signed_request);
        !authentic) {
        observe::warning(
            "webhook refused",
            {{"provider", to_text(forge_)}, {"remote", request.remote}, {"reason", describe(authentic.error())}});
        co_return webhook_answer{http::error(401, "the signature does not match"), "unauthorized"};
    }

    auto origin = webhook::identify(forge_, signed_request);
    auto parsed = webhook::parse(forge_, origin, request.body);
    if (const auto* bad = std::get_if<webhook::bad_request>(&parsed)) {
        observe::warning("webhook not understood",
                         {{"provider", to_text(forge_)}, {"delivery", origin.id}, {"reason", bad->reason}});
        co_return webhook_answer{http::error(400, bad->reason), "malformed"};
    }
    if (std::holds_alternative<webhook::pong>(parsed)) co_return with_status(200, "pong");
    if (const auto* nothing = std::get_if<webhook::ignored>(&parsed)) {
        if (nothing->malformed)
            observe::error("a payload is not what the forge documents", {{"provider", to_text(forge_)},
                                                                         {"delivery", origin.id},
                                                                         {"event", origin.event_name},
                                                                         {"field", nothing->field},
                                                                         {"reason", nothing->reason}});
        co_return with_status(200, "ignored", "reason", nothing->reason);
    }
    co_return co_await accept(std::move(request), std::move(origin), std::get<event::event>(std::move(parsed)));
}

asio::awaitable<webhook_answer> webhook_route::accept(http::request&& request, webhook::delivery&& origin,
                                                      event::event&& incoming) const {
    journal::delivery kept{forge_, origin.id, origin.event_name, std::move(request.body), request.received};
    const auto taken = co_await intake_.accept(std::move(kept), std::move(incoming));
    if (!taken) {
        known_.storage_failure = describe(taken.error());
        observe::error("a webhook could not be written down",
                       {{"provider", to_text(forge_)}, {"delivery", origin.id}, {"reason", describe(taken.error())}});
        co_return webhook_answer{http::unavailable("storage is failing", retry_after), "refused"};
    }
    if (const auto* queued = std::get_if<job::queued>(&*taken))
        co_return with_status(202, "queued", "job", queued->job);
    if (const auto* nothing = std::get_if<job::ignored>(&*taken))
        co_return with_status(200, "ignored", "reason", nothing->reason);
    const auto& known = std::get<job::duplicate>(*taken);
    const boost::json::object body{{"status", "duplicate"}, {"job", known.job}, {"state", to_text(known.state)}};
    co_return webhook_answer{http::json(200, body), "duplicate"};
}

}  // namespace familiar::app
