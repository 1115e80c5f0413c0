#include "payloads.hpp"
#include "triage/intent.hpp"
#include "triage/mention.hpp"
#include "triage/triage.hpp"

#include <benchmark/benchmark.h>

using namespace familiar;

/// What an event means. Of one without a comment that is a few comparisons; a comment is read as Markdown.
namespace {

constexpr std::int64_t longest_at_github = 65'536;

event::event pushed() {
    event::event value;
    value.what = event::action::updated;
    value.repo.path = "acme/widgets";
    value.request.number = 7;
    value.request.head = std::string(40, 'a');
    value.sender.login = "ada";
    return value;
}

event::event commented(std::string text) {
    auto value = pushed();
    value.what = event::action::commented;
    value.note.emplace().body = std::move(text);
    return value;
}

std::string text_of(const benchmark::State& state, std::string_view front) {
    return std::string(front) + bench::prose(static_cast<std::size_t>(state.range(0)) - front.size());
}

void classify(benchmark::State& state, const event::event& incoming) {
    config::settings settings;
    settings.events.mr_comment = true;
    const std::vector<std::string> own{"familiar", "familiar[bot]"};
    for (auto _ : state) benchmark::DoNotOptimize(triage::classify(incoming, settings, own));
}

void classify_push(benchmark::State& state) {
    classify(state, pushed());
}

void classify_mention(benchmark::State& state) {
    classify(state, commented(text_of(state, "@familiar please look at this and push the fix.\n\n")));
}

/// Most comments are not for the bot.
void classify_comment(benchmark::State& state) {
    classify(state, commented(text_of(state, "Looks good to me.\n\n")));
}

/// The two readings of a comment: what it asks for, which admission reads, and whether it names the bot, as classify
/// does.
void read_intent_of_mention(benchmark::State& state) {
    const auto text = text_of(state, "@familiar please look at this and push the fix.\n\n");
    for (auto _ : state) benchmark::DoNotOptimize(triage::read_intent(text, "familiar"));
}

void find_mention(benchmark::State& state) {
    const auto text = text_of(state, "@familiar please look at this and push the fix.\n\n");
    for (auto _ : state) benchmark::DoNotOptimize(triage::mentions(text, "familiar"));
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("bytes")->Arg(200)->Arg(4'000)->Arg(longest_at_github);
}

BENCHMARK(classify_push);
BENCHMARK(classify_comment)->Apply(sizes);
BENCHMARK(classify_mention)->Apply(sizes);
BENCHMARK(read_intent_of_mention)->Apply(sizes);
BENCHMARK(find_mention)->Apply(sizes);

}  // namespace
