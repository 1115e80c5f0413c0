#include "config/advice.hpp"
#include "config/load.hpp"
#include "config/sections.hpp"

#include <stdexcept>

namespace familiar::config {

void throw_exception_from_error(const load_failure& failure, const boost::source_location&) {
    throw std::runtime_error(to_text(failure.errors));
}

load_result parse(const std::string& text, const std::string& file_name, const environment& variables) {
    document file(text, file_name, variables);
    if (!file.readable()) return load_failure{file.errors()};
    auto values = read_settings(file);
    file.report_unknown_keys();
    if (auto errors = file.errors(); !errors.empty()) return load_failure{std::move(errors)};
    warn_who_can_start_agents(file, values);
    warn_of_go_differences(file, values);
    const auto& events = values.events;
    if (!events.mr_opened && !events.mr_comment && !events.mr_updated && !events.mention)
        file.warn(file.find("events")->where, "events: all of them are off, so nothing will start an agent");
    return loaded{std::move(values), file.warnings(), file_name};
}

std::vector<std::string> known_keys() {
    document nothing("", "", std::nullopt);
    read_settings(nothing);
    return nothing.keys();
}

}  // namespace familiar::config
