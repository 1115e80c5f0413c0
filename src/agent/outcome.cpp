#include "agent/outcome.hpp"

#include "observe/redact.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <csignal>
#include <cstring>

namespace json = boost::json;

namespace familiar::agent {

namespace {

constexpr int killed_by_signal = 128;  // a shell's and docker's way to say which signal it was

/// Exit codes of docker, and of shells, for what they could not run; the engine's words go first
/// (https://docs.docker.com/engine/containers/run/#exit-status).
std::string could_not_be_run(const docker::container_end& end, const std::string& usual_cause) {
    return "the agent's command could not be run (exit code " + std::to_string(end.exit_code) +
           "): " + (end.state.error.empty() ? usual_cause : end.state.error);
}

/// None if there is no signal of that number, or none with a name.
std::optional<std::string> killed_by(int signal) {
    const char* name = signal > 0 ? ::sigabbrev_np(signal) : nullptr;
    if (name == nullptr) return std::nullopt;
    return "killed by signal " + std::to_string(signal) + " (SIG" + name + ")";
}

std::string name_exit(const docker::container_end& end) {
    const int code = end.exit_code;
    if (end.state.oom_killed && code == killed_by_signal + SIGKILL)
        return "out of memory (137): it used all of agents.memory";
    switch (code) {
        case 125:
            return could_not_be_run(end, "the container did not start");
        case 126:
            return could_not_be_run(end, "it is not executable");
        case 127:
            return could_not_be_run(end, "there is no such program");
        case killed_by_signal + SIGKILL:
            return "killed (137)";
        case killed_by_signal + SIGSEGV:
            return "crashed with a segmentation fault (139)";
        case killed_by_signal + SIGTERM:
            return "terminated (143)";
        default:
            return killed_by(code - killed_by_signal).value_or("exit code " + std::to_string(code));
    }
}

core::error wrong(std::string_view field, std::string_view expected) {
    return core::fail(core::errc::invalid, "result.json: " + std::string(field) + " is not " + std::string(expected));
}

/// A missing field and null are the same.
const json::value* present(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

core::result<std::string> text_of(const json::object& object, std::string_view name) {
    const auto* value = present(object, name);
    if (value == nullptr) return std::string();
    if (!value->is_string()) return wrong(name, "a string");
    return std::string(value->get_string());
}

core::result<std::optional<double>> number_of(const json::object& object, std::string_view name) {
    const auto* value = present(object, name);
    if (value == nullptr) return std::optional<double>();
    boost::system::error_code failed;
    const auto number = value->to_number<double>(failed);
    if (failed) return wrong(name, "a number");
    return std::optional<double>(number);
}

core::result<std::optional<bool>> success_of(const json::object& object) {
    const auto outcome = text_of(object, "outcome");
    if (!outcome) return outcome.error();
    if (outcome->empty()) return std::optional<bool>();
    if (*outcome == "succeeded" || *outcome == "success") return std::optional<bool>(true);
    if (*outcome == "failed" || *outcome == "failure") return std::optional<bool>(false);
    return wrong("outcome", "\"succeeded\" or \"failed\"");
}

}  // namespace

std::string_view to_text(ending how) noexcept {
    switch (how) {
        case ending::succeeded:
            return "succeeded";
        case ending::failed:
            return "failed";
        case ending::timed_out:
            return "timed_out";
        case ending::cancelled:
            return "cancelled";
        case ending::interrupted:
            return "interrupted";
    }
    return "failed";
}

outcome judge(const docker::container_end& end, const std::optional<report>& said) {
    outcome result;
    if (said) {
        result.summary = said->summary;
        result.cost_usd = said->cost_usd;
        result.turns = said->turns;
    }
    if (end.vanished) {
        result.reason = "its container was removed by somebody else";
        return result;
    }
    result.exit_code = end.exit_code;
    if (end.exit_code != 0) {
        result.reason = name_exit(end);
        if (said && !said->reason.empty()) result.reason += ": " + said->reason;
        return result;
    }
    result.how = said && said->success == false ? ending::failed : ending::succeeded;
    if (said) result.reason = said->reason;
    if (result.how == ending::failed && result.reason.empty()) result.reason = "the agent reports that it failed";
    return result;
}

core::result<report> parse_report(std::string_view text) {
    boost::system::error_code failed;
    json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;
    const auto value = json::parse(json::string_view(text.data(), text.size()), failed, {}, lenient);
    if (failed || !value.is_object()) return core::fail(core::errc::invalid, "result.json is not a JSON object");
    const auto& object = value.get_object();

    const auto success = success_of(object);
    if (!success) return success.error();
    const auto summary = text_of(object, "summary");
    if (!summary) return summary.error();
    const auto reason = text_of(object, "reason");
    if (!reason) return reason.error();
    const auto cost = number_of(object, "cost_usd");
    if (!cost) return cost.error();
    const auto turns = number_of(object, "turns");
    if (!turns) return turns.error();
    if (*turns && !(**turns >= 0 && **turns <= 1e9)) return wrong("turns", "a number of turns");

    report parsed{*success, observe::redacted(*summary), observe::redacted(*reason), *cost, std::nullopt};
    if (*turns) parsed.turns = static_cast<int>(**turns);
    return parsed;
}

}  // namespace familiar::agent
