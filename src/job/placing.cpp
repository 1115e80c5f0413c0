#include "job/placing.hpp"

#include <algorithm>

namespace familiar::job {

namespace {

/// Jobs that can stand for one another once they are authorised.
enum class lane { opened, updates, comments };

lane lane_of(event::kind kind) noexcept {
    switch (kind) {
        case event::kind::mr_opened:
            return lane::opened;
        case event::kind::mr_updated:
            return lane::updates;
        case event::kind::mr_comment:
        case event::kind::mention:
            return lane::comments;
    }
    return lane::opened;
}

/// The end of the quiet window; none if it is not to be waited for.
std::optional<core::wall_time> quiet_until(core::wall_time first, const config::agents_settings& settings,
                                           core::wall_time now) {
    if (settings.debounce.count() == 0) return std::nullopt;
    const auto until = std::min(now + settings.debounce, first + settings.debounce_max);
    if (until <= now) return std::nullopt;
    return until;
}

void join(const journal::queue_entry& waiting, const config::agents_settings& settings, core::wall_time now,
          journal::placement& placed) {
    placed.joins = waiting.id;
    if (waiting.kind == event::kind::mention) placed.kind = event::kind::mention;
    placed.waiting_since = waiting.waiting_since;
    // What it waits for already may be a backoff, which a comment doesn't shorten.
    placed.not_before = std::max(waiting.not_before, quiet_until(waiting.waiting_since, settings, now));
}

}  // namespace

std::string meaning_of(const event::event& incoming, std::string_view event_name) {
    const auto& head = incoming.request.head;
    switch (incoming.what) {
        case event::action::opened:
            return head.empty() ? "" : "opened " + head;
        case event::action::updated:
            return head.empty() ? "" : "updated " + incoming.before + ".." + head;
        case event::action::commented:
            if (!incoming.note || incoming.note->id == 0) return {};
            return std::string(event_name.empty() ? "comment" : event_name) + " " + std::to_string(incoming.note->id);
        case event::action::closed:
            return {};
    }
    return {};
}

journal::placement place(const journal::job_record& incoming, const journal::neighbours& around,
                         const config::settings& settings, core::wall_time now) {
    journal::placement placed{.kind = incoming.kind, .waiting_since = incoming.created_at};
    for (const auto& waiting : around.waiting) {
        const auto both = lane_of(incoming.kind);
        if (both == lane::opened || both != lane_of(waiting.kind)) continue;
        if (both == lane::comments) {
            join(waiting, settings.agents, now, placed);
            return placed;
        }
        placed.supersedes.push_back(waiting.id);
        placed.waiting_since = std::min(placed.waiting_since, waiting.waiting_since);
    }

    // Only what is one agent more counts: neither what joined another job nor what is superseded now.
    const std::size_t most = settings.triggers.max_jobs_per_hour;
    if (most > 0 && around.last_hour >= most + placed.supersedes.size() && incoming.retry_of.empty()) {
        placed = {.kind = incoming.kind, .waiting_since = incoming.created_at};
        placed.refused = "more than " + std::to_string(most) +
                         " jobs in an hour for this merge request (triggers.max_jobs_per_hour): agents that answer "
                         "each other's pushes look like this";
        return placed;
    }
    placed.not_before = quiet_until(placed.waiting_since, settings.agents, now);
    return placed;
}

}  // namespace familiar::job
