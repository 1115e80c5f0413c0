#pragma once

#include "app/status.hpp"
#include "config/current.hpp"
#include "http/message.hpp"
#include "job/intake.hpp"
#include "observe/metrics.hpp"
#include "webhook/webhook.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::app {

/// What a forge is told, and the word for it in familiar_webhooks_processed_total.
struct webhook_answer {
    http::response response;
    std::string_view result;
};

/// POST /webhook/<forge>: verify, parse, hand to intake, answer.
class webhook_route {
public:
    webhook_route(event::provider forge, const config::current& settings, job::intake& intake,
                  observe::metrics& metrics, status& known);

    boost::asio::awaitable<http::response> operator()(http::request request) const;

private:
    boost::asio::awaitable<webhook_answer> answer(http::request&& request) const;
    boost::asio::awaitable<webhook_answer> accept(http::request&& request, webhook::delivery&& origin,
                                                  event::event&& incoming) const;

    event::provider forge_;
    const config::current& settings_;
    job::intake& intake_;
    observe::metrics& metrics_;
    status& known_;
};

/// The secrets of one forge, as the webhook room wants them.
webhook::keys keys_of(const config::providers_settings& providers, event::provider forge);

}  // namespace familiar::app
