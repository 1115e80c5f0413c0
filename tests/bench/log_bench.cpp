#include "observe/log.hpp"
#include "observe/redact.hpp"
#include "payloads.hpp"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

using namespace familiar;

/// What leaves the process: a log line, and what an agent prints, without the secrets of a usual server.
namespace {

/// Hexadecimal that never comes twice.
std::string random_text(std::size_t size) {
    static std::uint64_t seed = 1;
    std::string text;
    while (text.size() < size) text += core::hmac_sha256("seed", std::to_string(seed++));
    return core::to_hex(text).substr(0, size);
}

/// Two forges with a token and a webhook secret each, a signing token, an App's key, the API's token, the model's key,
/// and what an App was issued for two dozen agents.
void register_secrets() {
    static const bool once = [] {
        for (const auto* prefix : {"ghp_", "glpat-", "whsec_", "sk-ant-api03-", "", "", ""})
            observe::redact(core::secret(prefix + random_text(40)));
        std::string key = "-----BEGIN RSA PRIVATE KEY-----\n";
        for (int line = 0; line < 25; ++line) key += core::to_base64(random_text(48)) + '\n';
        observe::redact(core::secret(key + "-----END RSA PRIVATE KEY-----\n"));
        for (int agent = 0; agent < 24; ++agent) observe::redact_issued(core::secret("ghs_" + random_text(36)));
        return true;
    }();
    benchmark::DoNotOptimize(once);
}

/// Standard error goes nowhere while it lives.
class quiet {
public:
    quiet() {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
    ~quiet() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
    }
    quiet(const quiet&) = delete;
    quiet& operator=(const quiet&) = delete;

private:
    int before_ = ::dup(STDERR_FILENO);
};

/// What a webhook that leads to a job says.
void log_line(benchmark::State& state, observe::log_format format) {
    register_secrets();
    observe::configure_log(observe::level::info, format);
    const quiet during;
    const observe::fields about{{"job", "01kg9ye9h0000000000000000a"},
                                {"delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
                                {"repository", "github/acme/widgets"},
                                {"number", 7}};
    for (auto _ : state) observe::info("webhook accepted", about, {{"event", "pull_request"}, {"kind", "mr_updated"}});
}

void log_line_logfmt(benchmark::State& state) {
    log_line(state, observe::log_format::logfmt);
}

void log_line_json(benchmark::State& state) {
    log_line(state, observe::log_format::json);
}

/// Most lines are not logged, and cost the making of their fields.
void log_line_below_level(benchmark::State& state) {
    observe::configure_log(observe::level::info, observe::log_format::logfmt);
    for (auto _ : state)
        observe::log(observe::level::debug, "webhook ignored", {{"reason", "events.mr_comment is off"}});
}

void redact_value(benchmark::State& state) {
    register_secrets();
    const std::string value = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
    for (auto _ : state) benchmark::DoNotOptimize(observe::redacted(value));
}

/// An agent's output in the pieces in which it comes.
void redact_stream(benchmark::State& state) {
    register_secrets();
    const auto piece = bench::prose(static_cast<std::size_t>(state.range(0)));
    observe::redacting_stream stream;
    for (auto _ : state) benchmark::DoNotOptimize(stream.feed(piece));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(log_line_logfmt);
BENCHMARK(log_line_json);
BENCHMARK(log_line_below_level);
BENCHMARK(redact_value);
BENCHMARK(redact_stream)->ArgName("bytes")->Arg(200)->Arg(65'536);

}  // namespace
