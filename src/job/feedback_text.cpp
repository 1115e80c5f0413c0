#include "job/feedback_text.hpp"

#include "core/time.hpp"
#include "job/plain_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>

namespace familiar::job {

namespace {

using journal::job_record;
using journal::job_state;

constexpr std::size_t longest_reason = 500;
constexpr std::size_t longest_last_lines = 4'096;
constexpr std::size_t shown_of_a_commit = 10;

/// "Stopped after 30 minutes", and what there is to say besides.
struct headline {
    std::string_view sign;
    std::string what;
    std::string why;
};

/// The rest of a reason that begins so, which is a duration.
std::optional<std::string> spelled_after(std::string_view beginning, std::string_view reason) {
    if (!reason.starts_with(beginning)) return std::nullopt;
    const auto duration = core::parse_duration(reason.substr(beginning.size()));
    if (!duration) return std::nullopt;
    return spelled(*duration);
}

/// The engine's words and an operator's advice, said for who waits for a merge request.
std::optional<std::string> missing_image(std::string_view reason) {
    constexpr std::string_view before = "build the image ";
    constexpr std::string_view after = " (agents.image)";
    const auto end = reason.find(after);
    const auto begin = reason.substr(0, end).rfind(before);
    if (end == reason.npos || begin == reason.npos) return std::nullopt;
    const auto image = reason.substr(begin + before.size(), end - begin - before.size());
    return "image " + std::string(image) + " not found";
}

std::string reason_in_words(const std::string& reason) {
    constexpr std::array durations{
        std::pair<std::string_view, std::string_view>{"no output for ", "no output for "},
        std::pair<std::string_view, std::string_view>{"it waited longer than ", "it waited longer than "}};
    for (const auto& [beginning, words] : durations)
        if (const auto duration = spelled_after(beginning, reason)) return std::string(words) + *duration;
    if (reason == "the server was shut down") return "the server was shut down while the agent ran";
    return missing_image(reason).value_or(one_line(reason, longest_reason));
}

/// " after 3 min 12 s", if an agent ran and it is known for how long.
std::string after(const job_record& job) {
    if (!job.started_at || !job.finished_at) return {};
    return " after " + short_form(std::max(*job.finished_at - *job.started_at, std::chrono::milliseconds(0)));
}

headline headline_of(const job_record& job) {
    const auto why = reason_in_words(job.reason);
    switch (job.state) {
        case job_state::succeeded:
            if (!after(job).empty())
                return {"✅", "Done in " + after(job).substr(std::string_view(" after ").size()), {}};
            return {"✅", "Done", {}};
        case job_state::timed_out:
            if (const auto limit = spelled_after("still running after ", job.reason))
                return {"❌", "Stopped after " + *limit, {}};
            return {"❌", "Stopped" + after(job), why};
        case job_state::interrupted:
            return {"⏹️", "Interrupted" + after(job), why};
        case job_state::expired:
            return {"⌛", "Not started", why};
        case job_state::cancelled:
            return {"⏹️", "Cancelled" + after(job), why};
        case job_state::superseded:
            return {"⏹️", "Superseded", "something newer took its place"};
        case job_state::refused:
            return {"⏹️", "Not run", {}};
        case job_state::held:
            return {"⏸️", "Waits for an approval", {}};
        default:
            if (!job.started_at) return {"❌", "Could not be started", why};
            return {"❌", "Failed" + after(job), why};
    }
}

std::string cost_of(const job_record& job) {
    std::string text;
    if (job.cost_usd && std::isfinite(*job.cost_usd) && *job.cost_usd >= 0 && *job.cost_usd < 1e9) {
        std::array<char, 32> number{};
        (void)std::snprintf(number.data(), number.size(), "%.2f", *job.cost_usd);
        text = *job.cost_usd > 0 && *job.cost_usd < 0.005 ? ", less than $0.01" : ", $" + std::string(number.data());
    }
    if (job.turns && *job.turns >= 0)
        text += ", " + std::to_string(*job.turns) + (*job.turns == 1 ? " turn" : " turns");
    return text;
}

std::string first_line(const job_record& job) {
    const auto [sign, what, why] = headline_of(job);
    auto line = std::string(sign) + " **" + what + "**" + cost_of(job);
    if (!why.empty()) line += ": " + why;
    return line;
}

/// A span that cannot end early.
std::string code(std::string text) {
    std::erase(text, '`');
    return "`" + text + "`";
}

std::string last_line(const job_record& job) {
    auto line = "Job " + code(job.id);
    if (!job.head.empty()) line += ", commit " + code(job.head.substr(0, shown_of_a_commit));
    return line + ".";
}

}  // namespace

std::string standing(const job_record& job) {
    auto [sign, what, why] = headline_of(job);
    what.front() = static_cast<char>(what.front() - 'A' + 'a');
    return why.empty() ? what : what + ": " + why;
}

std::string outcome_text(const job_record& job, const std::string& bot_username) {
    auto text = first_line(job) + "\n\n";
    if (auto summary = tamed(job.summary, longest_summary); !summary.empty()) text += summary + "\n\n";
    if (job.state != job_state::succeeded && !job.last_lines.empty())
        text += "What it printed last:\n\n" + fenced(job.last_lines, longest_last_lines) + "\n\n";
    if (job.state == job_state::interrupted || job.state == job_state::expired)
        text += "To start it again, comment " + code("@" + bot_username) + " and what it should do.\n\n";
    return text + last_line(job);
}

std::string approval_text(const job_record& job, const std::string& bot_username, config::permission approver) {
    const auto& request = job.subject.request;
    auto text = first_line(job) + "\n\n";
    if (auto summary = tamed(job.summary, longest_summary); !summary.empty()) text += summary + "\n\n";
    if (request.head_origin == event::origin::fork)
        text += "The changes come from " + (request.source_path.empty() ? "a fork" : code(request.source_path)) + ". ";
    text += "An agent works on these changes once somebody with the permission " +
            code(std::string(to_text(approver))) + " has looked at them and comments\n\n    @" + bot_username +
            " ok-to-run\n\n";
    text += request.head.empty()
                ? "That approves the commit that is the newest now, and no other.\n\n"
                : "That approves commit " + code(request.head.substr(0, shown_of_a_commit)) + " and no other.\n\n";
    return text + last_line(job);
}

std::string refusal_text(const job_record& job) {
    return tamed(job.summary, longest_summary);
}

}  // namespace familiar::job
