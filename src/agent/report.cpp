#include "agent/report.hpp"

#include "observe/redact.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace json = boost::json;

namespace familiar::agent {

namespace {

constexpr double most_turns = 1e9;
constexpr double most_tokens = 1e15;  // far beyond any agent's, and still a whole number in a double

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

/// A whole number of something that can be counted.
core::result<std::optional<std::int64_t>> count_of(const json::object& object, std::string_view name, double most) {
    const auto number = number_of(object, name);
    if (!number) return number.error();
    if (!*number) return std::optional<std::int64_t>();
    if (!(**number >= 0 && **number <= most)) return wrong(name, "a number of " + std::string(name));
    return std::optional<std::int64_t>(static_cast<std::int64_t>(**number));
}

core::result<spending> spending_of(const json::object& object) {
    spending spent;
    const auto cost = number_of(object, "cost_usd");
    if (!cost) return cost.error();
    spent.cost_usd = *cost;
    const auto turns = count_of(object, "turns", most_turns);
    if (!turns) return turns.error();
    if (*turns) spent.turns = static_cast<int>(**turns);

    const auto* tokens = present(object, "tokens");
    if (tokens == nullptr) return spent;
    if (!tokens->is_object()) return wrong("tokens", "an object");
    const auto input = count_of(tokens->get_object(), "input", most_tokens);
    if (!input) return input.error();
    const auto output = count_of(tokens->get_object(), "output", most_tokens);
    if (!output) return output.error();
    spent.input_tokens = *input;
    spent.output_tokens = *output;
    return spent;
}

}  // namespace

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
    const auto cause = text_of(object, "cause");
    if (!cause) return cause.error();
    const auto spent = spending_of(object);
    if (!spent) return spent.error();
    return report{*success, observe::redacted(*summary), observe::redacted(*reason), *cause, *spent};
}

}  // namespace familiar::agent
