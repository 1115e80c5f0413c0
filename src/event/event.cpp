#include "event/event.hpp"

#include "event/fields.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <utility>

namespace familiar::event {

namespace json = boost::json;

namespace {

template <class Enum, std::size_t N>
using names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr names<provider, 2> providers{{{provider::github, "github"}, {provider::gitlab, "gitlab"}}};

constexpr names<action, 4> action_names{{{action::opened, "opened"},
                                         {action::updated, "updated"},
                                         {action::commented, "commented"},
                                         {action::closed, "closed"}}};

constexpr names<kind, 4> kinds{{{kind::mr_opened, "mr_opened"},
                                {kind::mr_updated, "mr_updated"},
                                {kind::mr_comment, "mr_comment"},
                                {kind::mention, "mention"}}};

constexpr names<origin, 3> origins{
    {{origin::same_repository, "same_repository"}, {origin::fork, "fork"}, {origin::unknown, "unknown"}}};

constexpr names<place, 3> places{
    {{place::conversation, "conversation"}, {place::line, "line"}, {place::review, "review"}}};

template <class Enum, std::size_t N>
constexpr std::string_view name_of(const names<Enum, N>& table, Enum value) noexcept {
    for (const auto& [candidate, name] : table)
        if (candidate == value) return name;
    return {};
}

template <class Enum, std::size_t N>
constexpr std::optional<Enum> value_of(const names<Enum, N>& table, std::string_view text) noexcept {
    for (const auto& [candidate, name] : table)
        if (name == text) return candidate;
    return std::nullopt;
}

template <class Enum, std::size_t N>
Enum read_name(const fields& in, std::string_view field, const names<Enum, N>& table) {
    if (const auto value = value_of(table, in.text(field))) return *value;
    in.reject(field);
    return table.front().first;
}

json::object write(const actor& value) {
    return {{"login", value.login}, {"id", value.id}, {"bot", value.bot}};
}

actor read_actor(const fields& in) {
    return {.login = in.text("login"), .id = in.number("id"), .bot = in.flag("bot")};
}

json::object write(const repository& value) {
    return {{"provider", to_text(value.forge)}, {"path", value.path}, {"default_branch", value.default_branch}};
}

repository read_repository(const fields& in) {
    return {.forge = read_name(in, "provider", providers),
            .path = in.text("path"),
            .default_branch = in.text("default_branch")};
}

json::object write(const merge_request& value) {
    return {{"number", value.number},
            {"title", value.title},
            {"description", value.description},
            {"url", value.url},
            {"source_branch", value.source_branch},
            {"target_branch", value.target_branch},
            {"head", value.head},
            {"source_path", value.source_path},
            {"origin", to_text(value.head_origin)},
            {"draft", value.draft},
            {"author", write(value.author)}};
}

merge_request read_merge_request(const fields& in) {
    return {.number = in.number("number"),
            .title = in.text("title"),
            .description = in.text("description"),
            .url = in.text("url"),
            .source_branch = in.text("source_branch"),
            .target_branch = in.text("target_branch"),
            .head = in.text("head"),
            .source_path = in.text("source_path"),
            .head_origin = read_name(in, "origin", origins),
            .draft = in.flag("draft"),
            .author = read_actor(in.object("author"))};
}

json::object write(const comment& value) {
    return {{"id", value.id},
            {"body", value.body},
            {"url", value.url},
            {"file", value.file},
            {"line", value.line},
            {"discussion", value.discussion},
            {"where", to_text(value.where)}};
}

/// Earlier versions did not write it down.
place read_place(const fields& in) {
    const auto text = in.maybe_text("where");
    if (text.empty()) return place::conversation;
    if (const auto value = value_of(places, text)) return *value;
    in.reject("where");
    return place::conversation;
}

comment read_comment(const fields& in) {
    return {.id = in.number("id"),
            .body = in.text("body"),
            .url = in.text("url"),
            .file = in.text("file"),
            .line = in.number("line"),
            .discussion = in.text("discussion"),
            .where = read_place(in)};
}

}  // namespace

std::string_view to_text(provider value) noexcept {
    return name_of(providers, value);
}
std::string_view to_text(action value) noexcept {
    return name_of(action_names, value);
}
std::string_view to_text(kind value) noexcept {
    return name_of(kinds, value);
}
std::string_view to_text(origin value) noexcept {
    return name_of(origins, value);
}

std::string_view to_text(place value) noexcept {
    return name_of(places, value);
}

std::optional<provider> parse_provider(std::string_view text) noexcept {
    return value_of(providers, text);
}
std::optional<kind> parse_kind(std::string_view text) noexcept {
    return value_of(kinds, text);
}

json::object to_json(const event& value) {
    return {{"action", to_text(value.what)},
            {"delivery", value.delivery},
            {"repository", write(value.repo)},
            {"merge_request", write(value.request)},
            {"sender", write(value.sender)},
            {"comment", value.note ? json::value(write(*value.note)) : json::value(nullptr)},
            {"before", value.before}};
}

core::result<event> from_json(const json::object& object) {
    std::string fault;
    const fields in(object, fault);
    event value{.what = read_name(in, "action", action_names),
                .delivery = in.text("delivery"),
                .repo = read_repository(in.object("repository")),
                .request = read_merge_request(in.object("merge_request")),
                .sender = read_actor(in.object("sender")),
                .before = in.text("before")};
    if (const auto note = in.maybe_object("comment")) value.note = read_comment(*note);
    if (!fault.empty()) return core::fail(core::errc::invalid, "a stored event has no valid field " + fault);
    return value;
}

}  // namespace familiar::event
