#include "e2e/chaos/docker_program.hpp"

#include <fstream>
#include <sstream>
#include <utility>

namespace familiar::test::chaos {

namespace {

constexpr auto script = R"(#!/bin/sh
here='@HERE@'
while [ -e "$here/hang" ]; do sleep 0.1; done
case " $* " in
*" rm "*)
    for container; do :; done
    docker --host '@URL@' inspect --type container --format '@FORMAT@' -- "$container" >>"$here/removed" 2>/dev/null
    words=$(docker --host '@URL@' logs --tail 1 -- "$container" 2>&1) && printf '%s\n' "$words" >"$here/words/$container"
    ;;
esac
exec docker "$@"
)";

constexpr auto format =
    R"({{slice .Name 1}} {{index .Config.Labels "familiar.job"}} {{.State.StartedAt}} {{.State.FinishedAt}} {{.State.ExitCode}} {{.State.Running}})";

void replace(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

/// The engine writes the first day of the first year for never.
std::optional<wall_time> time_of(const std::string& text) {
    const auto time = core::parse_time(text);
    return time && *time > wall_time() ? time : std::nullopt;
}

}  // namespace

docker_program::docker_program(std::filesystem::path folder, const std::string& url) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ / "words");
    std::string text = script;
    replace(text, "@HERE@", folder_.string());
    replace(text, "@URL@", url);
    replace(text, "@FORMAT@", format);
    std::ofstream(path()) << text;
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
}

void docker_program::hang() const {
    std::ofstream(folder_ / "hang").put('1');
}

void docker_program::release() const {
    std::filesystem::remove(folder_ / "hang");
}

std::vector<agent_run> docker_program::removed() const {
    std::vector<agent_run> all;
    std::ifstream in(folder_ / "removed");
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        agent_run run;
        std::string started;
        std::string ended;
        std::string running;
        int code = 0;
        if (!(words >> run.name >> run.job >> started >> ended >> code >> running)) continue;
        run.started = time_of(started);
        if (running == "false" && run.started) {
            run.ended = time_of(ended);
            run.exit_code = code;
            run.last_words = words_of(run.name);
        }
        all.push_back(std::move(run));
    }
    return all;
}

std::optional<std::string> docker_program::words_of(const std::string& container) const {
    std::ifstream in(folder_ / "words" / container);
    std::string line;
    if (!in || !std::getline(in, line)) return std::nullopt;
    return line;
}

}  // namespace familiar::test::chaos
