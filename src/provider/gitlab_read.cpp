#include "provider/gitlab_read.hpp"

#include "event/fields.hpp"
#include "event/gitlab_login.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <iterator>
#include <utility>

namespace familiar::provider::gitlab {

namespace json = boost::json;

namespace {

using config::permission;
using core::errc;
using event::fields;

core::error misshapen(std::string_view what, std::string_view how) {
    return core::fail(errc::invalid,
                      std::string(what) + ": GitLab's answer is not of the documented shape: " + std::string(how));
}

/// `read` for an object, whose fields it reads.
template <class Read>
auto read_object(const json::value& answer, std::string_view what, Read read)
    -> core::result<decltype(read(std::declval<const fields&>()))> {
    const auto* object = answer.if_object();
    if (object == nullptr) return misshapen(what, "it is no object");
    std::string fault;
    auto value = read(fields(*object, fault));
    if (!fault.empty()) return misshapen(what, fault);
    return value;
}

std::int64_t positive(const fields& in, std::string_view name) {
    const auto number = in.number(name);
    if (number <= 0) in.reject(name);
    return number;
}

core::wall_time time_of(const fields& in, std::string_view name) {
    const auto time = core::parse_time(in.text(name));
    if (!time) in.reject(name);
    return time.value_or(core::wall_time());
}

event::actor read_author(const fields& in) {
    const auto author = in.maybe_object("author");
    if (!author) return {};
    auto login = author->text("username");
    const bool bot = event::is_gitlab_bot(login);
    return {.login = std::move(login), .id = author->number("id"), .bot = bot};
}

/// By the projects' ids: the source's is null once the fork has been deleted.
event::origin origin_of(std::int64_t source, std::int64_t target) {
    if (source == 0) return event::origin::unknown;
    return source == target ? event::origin::same_repository : event::origin::fork;
}

/// "sha" is the head; versions that are still preparing the diff have it null.
std::string read_head(const fields& in) {
    auto head = in.maybe_text("sha");
    const auto refs = in.maybe_object("diff_refs");
    return head.empty() && refs ? refs->maybe_text("head_sha") : head;
}

found_request read_found(const fields& in, const std::string& path) {
    const auto source = in.maybe_number("source_project_id");
    const auto origin = origin_of(source, positive(in, "target_project_id"));
    const bool here = origin == event::origin::same_repository;
    return {.state = {.request = {.number = positive(in, "iid"),
                                  .title = in.text("title"),
                                  .description = in.maybe_text("description"),
                                  .url = in.maybe_text("web_url"),
                                  .source_branch = in.text("source_branch"),
                                  .target_branch = in.text("target_branch"),
                                  .head = read_head(in),
                                  .source_path = here ? path : std::string(),
                                  .head_origin = origin,
                                  .draft = in.maybe_flag("draft") || in.maybe_flag("work_in_progress"),
                                  .author = read_author(in)},
                      .open = in.text("state") == "opened"},
            .source_project = origin == event::origin::fork ? source : 0};
}

struct role {
    std::int64_t from;  ///< an access level, and those above it
    permission may;
};

/// The highest first. Custom roles have the level of the role they are made from.
constexpr std::array roles{role{50, permission::admin}, role{40, permission::maintain}, role{30, permission::write},
                           role{1, permission::read}};

permission of_level(std::int64_t level) {
    for (const auto& one : roles)
        if (level >= one.from) return one.may;
    return permission::none;
}

/// A date without a time, on which the membership ends; null for one without an end.
bool has_ended(const fields& member, core::wall_time now) {
    const auto date = member.maybe_text("expires_at");
    if (date.empty()) return false;
    const auto end = core::parse_time(date + "T00:00:00Z");
    if (!end) member.reject("expires_at");
    return end && *end <= now;
}

/// Older versions do not speak of "membership_state".
bool is_active(const fields& member) {
    const auto membership = member.maybe_text("membership_state");
    return member.text("state") == "active" && (membership.empty() || membership == "active");
}

/// An old line without a new one is a comment on what was removed.
void read_position(const fields& note, event::comment& said) {
    const auto position = note.maybe_object("position");
    if (!position) return;
    said.where = event::place::line;
    said.line = position->maybe_number("new_line");
    said.file = position->maybe_text("new_path");
    if (said.line == 0) said.line = position->maybe_number("old_line");
    if (said.file.empty()) said.file = position->maybe_text("old_path");
}

event::remark read_remark(const fields& note, const std::string& request_url, const std::string& discussion) {
    const auto id = positive(note, "id");
    event::remark remark{.said = {.id = id,
                                  .body = note.text("body"),
                                  .url = request_url + "#note_" + std::to_string(id),
                                  .file = {},
                                  .discussion = discussion},
                         .author = read_author(note),
                         .written = time_of(note, "created_at"),
                         .resolved = note.maybe_flag("resolved")};
    read_position(note, remark.said);
    return remark;
}

const json::array* array_in(const json::value& answer, std::string_view name) {
    const auto* object = answer.if_object();
    const auto* found = object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
    return found == nullptr ? nullptr : found->if_array();
}

/// Never in the middle of a UTF-8 sequence.
std::string_view whole_characters(std::string_view text, std::size_t most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    return text.substr(0, most);
}

}  // namespace

core::result<found_request> read_merge_request(const json::value& answer, const std::string& path,
                                               std::string_view what) {
    return read_object(answer, what, [&](const fields& in) { return read_found(in, path); });
}

core::result<std::string> read_project_path(const json::value& answer, std::string_view what) {
    return read_object(answer, what, [](const fields& in) { return in.text("path_with_namespace"); });
}

core::result<identity> read_identity(const json::value& answer, std::string_view what) {
    return read_object(answer, what, [](const fields& in) {
        auto login = in.text("username");
        const bool bot = in.maybe_flag("bot") || event::is_gitlab_bot(login);
        return identity{.login = std::move(login), .person = !bot};
    });
}

core::result<std::int64_t> find_user(const std::vector<json::value>& users, std::string_view login,
                                     std::string_view what) {
    for (const auto& user : users) {
        const auto id = read_object(user, what, [&](const fields& in) {
            const auto number = positive(in, "id");
            return in.text("username") == login ? number : 0;
        });
        if (!id || *id != 0) return id;
    }
    return 0;
}

core::result<permission> read_permission(const json::value& member, core::wall_time now, std::string_view what) {
    return read_object(member, what, [&](const fields& in) {
        const auto may = of_level(in.number("access_level"));
        return is_active(in) && !has_ended(in, now) ? may : permission::none;
    });
}

core::result<std::vector<event::remark>> read_discussion(const json::value& answer, const std::string& request_url,
                                                         std::string_view what) {
    const auto id = read_object(answer, what, [](const fields& in) { return in.text("id"); });
    if (!id) return id.error();
    const auto* notes = array_in(answer, "notes");
    if (notes == nullptr) return misshapen(what, "notes");
    std::vector<event::remark> remarks;
    for (const auto& note : *notes) {
        const auto by_gitlab = read_object(note, what, [](const fields& in) { return in.maybe_flag("system"); });
        if (!by_gitlab) return by_gitlab.error();
        if (*by_gitlab) continue;
        auto remark = read_object(note, what, [&](const fields& in) { return read_remark(in, request_url, *id); });
        if (!remark) return remark.error();
        remarks.push_back(std::move(*remark));
    }
    return remarks;
}

core::result<event::remark> read_note(const json::value& answer, const std::string& request_url,
                                      std::string_view what) {
    return read_object(answer, what, [&](const fields& in) { return read_remark(in, request_url, {}); });
}

std::string_view to_state(progress value) noexcept {
    switch (value) {
        case progress::queued:
            return "pending";
        case progress::running:
            return "running";
        case progress::succeeded:
            return "success";
        case progress::failed:
            return "failed";
        case progress::stopped:
            return "canceled";
    }
    return {};
}

std::string without_quick_actions(std::string_view text) {
    const auto begins_word = [&](std::size_t at) {
        const char c = at < text.size() ? text[at] : ' ';
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    std::string plain;
    bool at_start = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (at_start && c == '/' && begins_word(at + 1)) plain += '\\';
        // GitLab drops carriage returns before it looks.
        at_start = c == '\n' || (at_start && (c == '\r' || c == ' ' || c == '\t'));
        plain += c;
    }
    return plain;
}

std::string shortened(std::string_view text, std::size_t most) {
    constexpr std::string_view ellipsis = "...";
    if (text.size() <= most) return std::string(text);
    return std::string(whole_characters(text, most - ellipsis.size())).append(ellipsis);
}

}  // namespace familiar::provider::gitlab
