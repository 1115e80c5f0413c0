#include "core/ulid.hpp"
#include "http/exchange.hpp"
#include "http/response_text.hpp"
#include "payloads.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>

using namespace familiar;

/// HTTP without sockets: bytes to a request, an answer to bytes.
namespace {

constexpr std::string_view health_request = "GET /health HTTP/1.1\r\nHost: familiar:7000\r\nUser-Agent: probe\r\n\r\n";

/// What GitHub sends besides the body.
std::string webhook_request(std::size_t size) {
    return "POST /webhook/github HTTP/1.1\r\nHost: familiar.example.org\r\nUser-Agent: GitHub-Hookshot/044aadd\r\n"
           "Content-Length: " +
           std::to_string(size) +
           "\r\nAccept: */*\r\nContent-Type: application/json\r\n"
           "X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\nX-GitHub-Event: pull_request\r\n"
           "X-GitHub-Hook-ID: 292430182\r\nX-GitHub-Hook-Installation-Target-ID: 79929171\r\n"
           "X-GitHub-Hook-Installation-Target-Type: repository\r\nX-Hub-Signature: sha1=" +
           std::string(40, 'a') + "\r\nX-Hub-Signature-256: sha256=" + std::string(64, 'a') + "\r\n\r\n" +
           bench::payload(event::provider::github, "pull_request.synchronize", size, bench::filled_with::text);
}

http::router routes() {
    http::router table;
    const http::handler none = [](http::request) -> boost::asio::awaitable<http::response> {
        co_return http::response{};
    };
    table.add("POST", "/webhook/github", none, {}, http::body_type::json);
    table.add("POST", "/webhook/gitlab", none, {}, http::body_type::json);
    for (const auto* path : {"/health", "/readyz", "/livez", "/metrics", "/api/jobs", "/api/jobs/{id}"})
        table.add("GET", path, none);
    return table;
}

/// As a session reads: whatever has come, as far as its buffer has room.
void read_request(benchmark::State& state, std::string_view bytes) {
    const http::limits bounds;
    const auto table = routes();
    http::buffer_budget budget(bounds.max_buffered);
    boost::beast::flat_buffer buffer(bounds.max_header);
    for (auto _ : state) {
        auto left = bytes;
        const auto read_some = [&] {
            const auto room = buffer.prepare(buffer.max_size() - buffer.size());
            const auto size = std::min(room.size(), left.size());
            std::memcpy(room.data(), left.data(), size);
            buffer.commit(size);
            left.remove_prefix(size);
        };
        http::exchange now(buffer, bounds, budget);
        auto step = now.parse_head();
        for (; step == http::exchange::step::more; step = now.parse_head()) read_some();
        const bool fine = step == http::exchange::step::done && !http::refuse_message(now.parser);
        now.incoming = http::to_request(now.parser);
        now.found = table.find(now.incoming.method, now.incoming.path);
        if (!fine || http::refuse_request(now.parser, now.found, bounds))
            state.SkipWithError("the request was refused");
        for (step = now.parse_body(); step == http::exchange::step::more; step = now.parse_body()) read_some();
        benchmark::DoNotOptimize(&now.incoming);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void request_for_health(benchmark::State& state) {
    read_request(state, health_request);
}

void request_with_webhook(benchmark::State& state) {
    read_request(state, webhook_request(static_cast<std::size_t>(state.range(0))));
}

/// The copy of the body that any reading makes.
void request_bare_copy(benchmark::State& state) {
    const std::string from(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state) {
        const auto copy = from;
        benchmark::DoNotOptimize(copy.data());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void answer_to_webhook(benchmark::State& state) {
    const auto job = core::make_ulid(core::now());
    for (auto _ : state) {
        const auto answer = http::json(202, {{"status", "queued"}, {"job", job}});
        benchmark::DoNotOptimize(http::to_wire(answer, {.keep_alive = true}, core::now()));
    }
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("bytes")->Arg(bench::usual_size)->Arg(bench::large_size);
}

BENCHMARK(request_for_health);
BENCHMARK(request_with_webhook)->Apply(sizes);
BENCHMARK(request_bare_copy)->Apply(sizes);
BENCHMARK(answer_to_webhook);

}  // namespace
