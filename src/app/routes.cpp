#include "app/routes.hpp"

#include "app/api_routes.hpp"
#include "app/webhook_route.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

http::response no_store(http::response answer) {
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

http::response json_report(observe::health_report report) {
    http::response answer;
    answer.status = report.status;
    answer.content_type = "application/json";
    answer.body = std::move(report.body);
    return no_store(std::move(answer));
}

http::response text_report(const observe::health_report& report) {
    return no_store(http::text(report.status, report.body));
}

/// The metrics as they were a moment ago at most: rendering costs as much as a hundred health polls, and whoever asks
/// for nothing else must not keep those waiting.
class metrics_page {
public:
    explicit metrics_page(observe::metrics& of) : metrics_(of) {}

    const std::string& text() {
        const auto now = std::chrono::steady_clock::now();
        if (text_.empty() || now - rendered_ > good_for) {
            text_ = metrics_.render();
            rendered_ = now;
        }
        return text_;
    }

private:
    static constexpr std::chrono::milliseconds good_for{10};

    observe::metrics& metrics_;
    std::string text_;
    std::chrono::steady_clock::time_point rendered_{};
};

}  // namespace

route_tables routes(const config::current& settings, job::intake& intake, job::dispatcher& jobs, log_sources logs,
                    observe::metrics& metrics, status& known) {
    route_tables tables;
    auto& everybody = tables.everybody;
    auto& operators = settings->server.admin_port == 0 ? tables.everybody : tables.operators;

    for (const auto forge : known.forges)
        everybody.add("POST", "/webhook/" + std::string(to_text(forge)),
                      webhook_route(forge, settings, intake, metrics, known), {}, http::body_type::json);

    const auto now = [&known, &jobs, &settings] { return snapshot(known, jobs, settings->concurrency.queue_size); };
    everybody.add("GET", "/health", [now](http::request) -> asio::awaitable<http::response> {
        co_return json_report(observe::health(now()));
    });
    everybody.add("GET", "/readyz", [now](http::request) -> asio::awaitable<http::response> {
        co_return text_report(observe::readyz(now()));
    });
    everybody.add("GET", "/livez",
                  [](http::request) -> asio::awaitable<http::response> { co_return text_report(observe::livez()); });
    operators.add("GET", "/metrics",
                  [page = std::make_shared<metrics_page>(metrics)](http::request) -> asio::awaitable<http::response> {
                      http::response answer;
                      answer.content_type = std::string(observe::metrics_content_type);
                      answer.body = page->text();
                      co_return answer;
                  });
    add_api_routes(operators, {settings, jobs, known, logs});

    for (const auto* table : {&tables.everybody, &tables.operators})
        for (const auto& route : table->routes()) metrics.add_route(route.label);
    return tables;
}

}  // namespace familiar::app
