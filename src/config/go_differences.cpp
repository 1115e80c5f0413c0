#include "config/advice.hpp"

namespace familiar::config {

namespace {

constexpr const char* go_program = "other than in Go-Familiar, ";

void warn_at(document& file, const std::string& key, const std::string& message) {
    const auto* const mention = file.find(key);
    file.warn(mention == nullptr ? place{} : mention->where, key + ": " + go_program + message);
}

}  // namespace

void warn_of_go_differences(document& file, const settings& values) {
    if (file.old_names().empty()) return;
    if (file.find("concurrency.queue_size") != nullptr)
        warn_at(file, "concurrency.queue_size", "a longer queue refuses nothing; /health says degraded");
    if (values.agents.command.empty())
        warn_at(file, "agents.image",
                values.agents.image +
                    " must carry the label familiar.agent.api=1, which an image of that program lacks; build it "
                    "anew, or set agents.command");
    std::string on;
    for (const auto& [name, enabled] :
         {std::pair{"mr_opened", values.events.mr_opened}, std::pair{"mr_comment", values.events.mr_comment},
          std::pair{"mr_updated", values.events.mr_updated}, std::pair{"mention", values.events.mention}})
        if (enabled && file.find(std::string("events.") + name) == nullptr)
            on += (on.empty() ? "" : ", ") + std::string(name);
    if (!on.empty()) warn_at(file, "events", "events that are not named keep their defaults; so these are on: " + on);
}

}  // namespace familiar::config
