#include "provider/github_facts.hpp"

#include "core/utf8.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace familiar::provider::github_facts {

namespace {

using event::fields;

/// Null for GitHub's ghost, whose account was deleted.
event::actor read_actor(const fields& in, std::string_view name) {
    const auto user = in.maybe_object(name);
    if (!user) return {};
    return {.login = user->text("login"), .id = user->maybe_number("id"), .bot = user->maybe_text("type") == "Bot"};
}

/// Whatever comes of it ends up on git's command line and in URLs.
std::string read_commit(const fields& in, std::string_view name) {
    auto id = in.text(name);
    const bool whole = id.size() == 40 || id.size() == 64;
    if (!whole || id.find_first_not_of("0123456789abcdef") != std::string::npos) in.reject(name);
    return id;
}

core::wall_time read_time(const fields& in, std::string_view name) {
    const auto time = core::parse_time(in.text(name));
    if (!time) in.reject(name);
    return time.value_or(core::wall_time());
}

event::remark read_remark(const fields& in, event::place where) {
    return {.said = {.id = in.number("id"),
                     .body = in.maybe_text("body"),
                     .url = in.maybe_text("html_url"),
                     .file = {},
                     .discussion = {},
                     .where = where},
            .author = read_actor(in, "user")};
}

struct role_row {
    std::string_view name;
    config::permission meaning;
};

constexpr std::array roles{
    role_row{"admin", config::permission::admin}, role_row{"maintain", config::permission::maintain},
    role_row{"write", config::permission::write}, role_row{"triage", config::permission::read},
    role_row{"read", config::permission::read},   role_row{"none", config::permission::none},
};

std::optional<config::permission> meaning_of(const std::string& role) {
    const auto found = std::ranges::find(roles, role, &role_row::name);
    return found == roles.end() ? std::nullopt : std::optional(found->meaning);
}

/// No beginning of a character in UTF-8.
bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

merge_request_state read_pull(const fields& pull, const std::string& path) {
    const auto head = pull.object("head");
    merge_request_state state{.request = {.number = pull.number("number"),
                                          .title = pull.maybe_text("title"),
                                          .description = pull.maybe_text("body"),
                                          .url = pull.maybe_text("html_url"),
                                          .source_branch = head.text("ref"),
                                          .target_branch = pull.object("base").text("ref"),
                                          .head = read_commit(head, "sha"),
                                          .source_path = {},
                                          .draft = pull.maybe_flag("draft"),
                                          .author = read_actor(pull, "user")},
                              .open = pull.text("state") == "open"};
    // A fork that was deleted has none.
    if (const auto source = head.maybe_object("repo")) {
        state.request.source_path = source->text("full_name");
        const bool same = boost::algorithm::iequals(state.request.source_path, path);
        state.request.head_origin = same ? event::origin::same_repository : event::origin::fork;
    }
    return state;
}

event::remark read_comment(const fields& comment) {
    auto remark = read_remark(comment, event::place::conversation);
    remark.written = read_time(comment, "created_at");
    return remark;
}

/// The line is null for a comment on a whole file, and for one whose line has changed since: the number that it had
/// would be that of another line.
event::remark read_line_comment(const fields& comment) {
    auto remark = read_remark(comment, event::place::line);
    remark.written = read_time(comment, "created_at");
    remark.said.file = comment.maybe_text("path");
    remark.said.line = comment.maybe_number("line");
    const auto thread = comment.maybe_number("in_reply_to_id");
    remark.said.discussion = std::to_string(thread != 0 ? thread : remark.said.id);
    return remark;
}

event::remark read_review(const fields& review) {
    auto remark = read_remark(review, event::place::review);
    remark.said.discussion = std::to_string(remark.said.id);
    if (!review.maybe_text("submitted_at").empty()) remark.written = read_time(review, "submitted_at");
    return remark;
}

config::permission read_permission(const fields& answer) {
    if (const auto role = meaning_of(answer.maybe_text("role_name"))) return *role;
    const auto base = meaning_of(answer.text("permission"));
    if (!base) answer.reject("permission");
    return base.value_or(config::permission::none);
}

std::string status_word(progress now) {
    switch (now) {
        case progress::queued:
        case progress::running:
            return "pending";
        case progress::succeeded:
        case progress::stopped:
            return "success";
        case progress::failed:
            break;
    }
    return "failure";
}

std::string shortened(std::string_view text, std::size_t most) {
    constexpr std::string_view ellipsis = "…";
    auto valid = core::to_valid_utf8(text);
    if (valid.size() <= most) return valid;
    auto cut = most - ellipsis.size();
    while (cut > 0 && continues(valid[cut])) --cut;
    return valid.erase(cut).append(ellipsis);
}

}  // namespace familiar::provider::github_facts
