#include "e2e/chaos/report.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace familiar::test::chaos {

namespace {

using counts = std::map<std::string, std::size_t>;

std::string in_words(const counts& of) {
    std::string text;
    for (const auto& [name, count] : of) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    return text.empty() ? "none" : text;
}

counts answers(const std::vector<post>& posts) {
    counts all;
    for (const auto& one : posts)
        ++all[one.status == 0 ? "without an answer"
                              : std::to_string(one.status) + (one.answer.empty() ? "" : " ") + one.answer];
    return all;
}

template <class Of, class Name>
counts count(const Of& things, Name name) {
    counts all;
    for (const auto& thing : things) ++all[name(thing)];
    return all;
}

}  // namespace

std::string report(const schedule& plan, const evidence& known, const std::map<fault, int>& faults,
                   const violations& found) {
    std::ostringstream text;
    const auto row = [&](const std::string& name, const std::string& value) {
        text << "  " << name << std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') << value << "\n";
    };
    std::set<std::string> deliveries;
    for (const auto& one : known.posts) deliveries.insert(one.delivery);
    counts incidents;
    for (const auto& [what, often] : faults)
        incidents["x " + std::string(to_text(what))] = static_cast<std::size_t>(often);
    const auto started =
        std::ranges::count_if(known.runs, [](const agent_run& run) { return run.started.has_value(); });
    const auto unseen =
        std::ranges::count_if(known.runs, [](const agent_run& run) { return run.started && !run.ended; });

    text << "chaos with seed " << plan.seed << ", " << plan.length.count() / 1000 << " s\n";
    row("happenings", std::to_string(plan.happenings.size()));
    row("deliveries", std::to_string(deliveries.size()) + ", posted " + std::to_string(known.posts.size()) + " times");
    row("answers", in_words(answers(known.posts)));
    row("orders", in_words(count(known.orders, [](const granted& order) {
            return std::string(order.fresh.empty() ? "cancelled" : "retried");
        })));
    row("deaths", std::to_string(known.lives.size()) + ": " + in_words(count(known.lives, [](const lived& one) {
                      return one.how ? std::string(to_text(*one.how)) : std::string("by itself");
                  })));
    row("faults", in_words(incidents));
    row("jobs", std::to_string(known.jobs.size()) + ": " +
                    in_words(count(known.jobs, [](const job_row& job) { return job.state; })));
    row("agents", std::to_string(started) + " started, " + std::to_string(unseen) + " whose end the engine forgot");
    row("violations", in_words(count(found, [](const violation& one) { return one.rule; })));
    return text.str();
}

}  // namespace familiar::test::chaos
