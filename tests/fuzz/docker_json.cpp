#include "docker/facts.hpp"
#include "docker/parse.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace {

using namespace familiar;
using fuzz::require;
namespace json = boost::json;

/// The state as `docker container inspect` would print it.
std::string to_inspect(const docker::container_state& state) {
    const auto time = [](const std::optional<core::wall_time>& when) {
        return when ? core::to_rfc3339(*when) : "0001-01-01T00:00:00Z";
    };
    json::object labels;
    for (const auto& [key, value] : state.labels) labels[key] = value;
    return json::serialize(json::object{{"Id", state.id},
                                        {"Name", "/" + state.name},
                                        {"Created", core::to_rfc3339(state.created)},
                                        {"State",
                                         {{"Status", state.status},
                                          {"Running", state.running},
                                          {"OOMKilled", state.oom_killed},
                                          {"Error", state.error},
                                          {"ExitCode", state.exit_code},
                                          {"StartedAt", time(state.started_at)},
                                          {"FinishedAt", time(state.finished_at)}}},
                                        {"Config", {{"Image", state.image}, {"Labels", labels}}}});
}

/// The exit code as the text has it; none if it has none that is a number.
std::optional<std::int64_t> exit_code_in(std::string_view line) {
    boost::system::error_code failed;
    const auto value = json::parse(line, failed);
    const auto* state = failed || !value.is_object() ? nullptr : value.get_object().if_contains("State");
    const auto* code = state == nullptr || !state->is_object() ? nullptr : state->get_object().if_contains("ExitCode");
    if (code == nullptr || !code->is_int64()) return std::nullopt;
    return code->get_int64();
}

void require_sound(const docker::container_state& state, std::string_view line) {
    require(!state.id.empty() && !state.name.empty() && !state.status.empty(),
            "a container has an id, name and status");
    const auto code = exit_code_in(line);
    require(!code || *code == state.exit_code, "an exit code is the one that docker printed");
    const auto again = docker::parse_container(to_inspect(state));
    require(again.has_value(), "a container's state can be read back");
    require(again->id == state.id && again->name == state.name && again->status == state.status &&
                again->image == state.image && again->running == state.running &&
                again->oom_killed == state.oom_killed && again->error == state.error &&
                again->exit_code == state.exit_code && again->created == state.created &&
                again->started_at == state.started_at && again->finished_at == state.finished_at &&
                again->labels == state.labels,
            "a container's state is the same when it is read back");
}

}  // namespace

/// A line of the CLI's, taken for each of the things that one can be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = fuzz::as_text(data, size);
    if (const auto state = docker::parse_container(line)) require_sound(*state, line);
    if (const auto image = docker::parse_image(line)) require(!image->id.empty(), "an image has an id");
    if (const auto name = docker::parse_event_name(line)) require(!name->empty(), "an event names its container");
    if (const auto found = docker::parse_versions(line)) require(!found->client.empty(), "a CLI has a version");
    if (const auto found = docker::parse_facts(line))
        require(!found->clock || core::parse_time(core::to_rfc3339(*found->clock)) == found->clock,
                "an engine's clock can be told");
    if (const auto text = docker::parse_string(line)) require(!text->empty(), "a string is not empty");
    return 0;
}
