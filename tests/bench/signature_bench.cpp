#include "core/secret.hpp"
#include "payloads.hpp"
#include "webhook/sign.hpp"

#include <benchmark/benchmark.h>
#include <map>

using namespace familiar;

/// What it costs to know that a webhook is authentic. The body is all bytes alike to a signature.
namespace {

const core::secret secret("3b1f5ad0c9e84c2d9a7b6e5f4d3c2b1a");
const core::secret old_secret("a1b2c3d4e5f60718293a4b5c6d7e8f90");
const core::secret signing_token("whsec_" + core::to_base64("0123456789abcdef0123456789abcdef"));

webhook::keys with_secret() {
    return {.webhook_secrets = {secret}, .signing_tokens = {}};
}

webhook::keys with_signing_token() {
    return {.webhook_secrets = {}, .signing_tokens = {signing_token}};
}

/// While a secret is rotated the old one stays in the list, and half of the deliveries come with either.
webhook::keys in_rotation() {
    return {.webhook_secrets = {old_secret, secret}, .signing_tokens = {}};
}

void verify(benchmark::State& state, event::provider forge, const webhook::keys& signer, const webhook::keys& known) {
    const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
    const auto now = core::now();
    const auto headers =
        webhook::sign(forge, signer, {.id = "72d3162e-cc78-11e3-81ab-4c9367dc0958", .event_name = "push"}, body, now)
            .value();
    const webhook::header_lookup header = [&](std::string_view name) -> std::optional<std::string> {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    };
    for (auto _ : state) {
        const auto authentic = webhook::verify(forge, known, {.header = header, .body = body, .received = now});
        if (!authentic) state.SkipWithError("it should be authentic");
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

/// What the digest itself takes, next to which the rest of the verification should be nothing.
void signature_bare_hmac(benchmark::State& state) {
    const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state) benchmark::DoNotOptimize(core::hmac_sha256(secret.reveal(), body));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void signature_github(benchmark::State& state) {
    verify(state, event::provider::github, with_secret(), with_secret());
}

void signature_github_in_rotation(benchmark::State& state) {
    verify(state, event::provider::github, with_secret(), in_rotation());
}

void signature_gitlab_token(benchmark::State& state) {
    verify(state, event::provider::gitlab, with_secret(), with_secret());
}

void signature_gitlab_signing_token(benchmark::State& state) {
    verify(state, event::provider::gitlab, with_signing_token(), with_signing_token());
}

/// The route takes its forge's secrets out of the configuration for each request.
void signature_copy_of_keys(benchmark::State& state) {
    const auto known = in_rotation();
    for (auto _ : state) {
        const auto copied = known;
        benchmark::DoNotOptimize(&copied);
    }
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("bytes")->Arg(bench::usual_size)->Arg(bench::large_size);
}

BENCHMARK(signature_bare_hmac)->Apply(sizes);
BENCHMARK(signature_github)->Apply(sizes);
BENCHMARK(signature_github_in_rotation)->Apply(sizes);
BENCHMARK(signature_gitlab_token)->Apply(sizes);
BENCHMARK(signature_gitlab_signing_token)->Apply(sizes);
BENCHMARK(signature_copy_of_keys);

}  // namespace
