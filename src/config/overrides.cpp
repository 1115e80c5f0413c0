#include "config/overrides.hpp"

#include "config/document.hpp"
#include "config/sections.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace familiar::config {

namespace {

constexpr std::size_t max_image_name = 512;

/// Whether an image's name fits a pattern as a whole; `*` is any text without a slash.
bool fits(std::string_view pattern, std::string_view image) {
    std::size_t at = 0;
    std::size_t read = 0;
    std::optional<std::pair<std::size_t, std::size_t>> star;  // behind it in the pattern, and where it ends in the name
    while (read < image.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = {++at, read};
        } else if (at < pattern.size() && pattern[at] == image[read]) {
            ++at;
            ++read;
        } else if (star && image[star->second] != '/') {
            at = star->first;
            read = ++star->second;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

void narrow_events(section events, events_settings& values) {
    const auto server = values;
    read_events(events, values);
    const auto narrow = [&](const std::string& name, bool events_settings::* on) {
        if (values.*on && !(server.*on)) events.warn(name, events.where(name), "is off at the server, and stays off");
        values.*on = values.*on && server.*on;
    };
    narrow("mr_opened", &events_settings::mr_opened);
    narrow("mr_comment", &events_settings::mr_comment);
    narrow("mr_updated", &events_settings::mr_updated);
    narrow("mention", &events_settings::mention);
}

/// action_policy has the strictest last.
void narrow_permissions(section permissions, permissions_settings& values) {
    const auto server = values;
    read_permissions(permissions, values);
    const auto narrow = [&](const std::string& name, action_policy permissions_settings::* policy) {
        if (values.*policy < server.*policy)
            permissions.warn(name, permissions.where(name),
                             "is " + std::string(to_text(server.*policy)) + " at the server, and stays so");
        values.*policy = std::max(values.*policy, server.*policy);
    };
    narrow("merge", &permissions_settings::merge);
    narrow("approve", &permissions_settings::approve);
    narrow("push_commits", &permissions_settings::push_commits);
    narrow("dismiss_reviews", &permissions_settings::dismiss_reviews);
}

void override_prompts(section prompts, settings& values) {
    auto own = values.prompts;
    read_prompts(prompts, own);
    if (values.repo_overrides.prompts) {
        values.prompts = std::move(own);
        return;
    }
    for (const auto& name : prompts.names())
        if (prompts.has(name))
            prompts.warn(name, prompts.where(name), "is left out: the server has repo_overrides.prompts off");
}

void override_image(section& top, settings& values) {
    std::string image;
    top.read("agent_image", image, word("._-/:@", "an image name", max_image_name));
    if (image.empty() || image == values.agents.image) return;
    const auto& allowed = values.repo_overrides.agent_images;
    if (std::ranges::any_of(allowed, [&](const auto& pattern) { return fits(pattern, image); }))
        values.agents.image = image;
    else
        top.warn("agent_image", top.where("agent_image"),
                 "is left out: " + in_quotes(image) + " is none of the server's repo_overrides.agent_images");
}

/// What fits into a comment: the first few.
std::string told(const std::vector<problem>& problems) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t index = 0; index < std::min(problems.size(), most); ++index)
        text += (index == 0 ? "" : "; ") + to_text(problems[index]);
    return problems.size() <= most ? text : text + "; and " + std::to_string(problems.size() - most) + " more";
}

}  // namespace

core::result<overridden> override_with(std::shared_ptr<const settings> server, std::string_view text,
                                       const std::string& name) {
    document file(std::string(text), name, std::nullopt);
    if (!file.readable()) return core::fail(core::errc::invalid, told(file.errors()));
    auto values = std::make_shared<settings>(*server);
    auto top = file.root();
    narrow_events(top.child("events"), values->events);
    narrow_permissions(top.child("permissions"), values->permissions);
    override_prompts(top.child("prompts"), *values);
    override_image(top, *values);
    file.report_unknown_keys();
    if (const auto errors = file.errors(); !errors.empty()) return core::fail(core::errc::invalid, told(errors));

    overridden result{.in_force = std::move(values), .warnings = {}};
    for (const auto& one : file.warnings()) result.warnings.push_back(to_text(one));
    return result;
}

}  // namespace familiar::config
