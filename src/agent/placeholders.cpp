#include "agent/placeholders.hpp"

#include "agent/prompt_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace familiar::agent {

namespace {

/// Titles have 255 characters at most at both forges, and so have the names of branches, as files.
constexpr std::size_t most_in_a_value = 256;

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> harmless{{{"\"", "’"},
                                                                                  {"'", "’"},
                                                                                  {"`", "’"},
                                                                                  {"“", "’"},
                                                                                  {"”", "’"},
                                                                                  {"„", "’"},
                                                                                  {"‟", "’"},
                                                                                  {"‘", "’"},
                                                                                  {"‚", "’"},
                                                                                  {"‛", "’"},
                                                                                  {"«", "’"},
                                                                                  {"»", "’"},
                                                                                  {"＂", "’"},
                                                                                  {"<", "‹"},
                                                                                  {">", "›"}}};

std::string in_quotation_marks(std::string_view text) {
    if (text.empty()) return {};
    const auto line = one_line(text, most_in_a_value);
    std::string out = "“";
    for (std::string_view rest = line; !rest.empty();) {
        const auto found =
            std::ranges::find_if(harmless, [rest](const auto& one) { return rest.starts_with(one.first); });
        const bool known = found != harmless.end();
        out += known ? found->second : rest.substr(0, 1);
        rest.remove_prefix(known ? found->first.size() : 1);
    }
    return out + "”";
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/+@#=:-[]").find(c) != std::string_view::npos;
}

/// A plain name can be used as it is, in a command too, where one with a leading "-" would be an option.
std::string name(std::string_view text) {
    const bool plain = text.size() <= most_in_a_value && !text.starts_with('-') && std::ranges::all_of(text, is_plain);
    return plain ? std::string(text) : in_quotation_marks(text);
}

struct values {
    const assignment& what;
    const git::workspace& where;

    const event::event& subject() const { return what.subject; }
    const event::merge_request& request() const { return what.subject.request; }

    /// The first comment, which the others came after.
    const event::event* commented() const {
        if (subject().note) return &subject();
        const auto later = std::ranges::find_if(what.joined, [](const auto& one) { return one.note.has_value(); });
        return later == what.joined.end() ? nullptr : &*later;
    }
};

std::string source_branch(const values& of) {
    return name(of.request().source_branch.empty() ? of.where.branch : of.request().source_branch);
}

std::string target_branch(const values& of) {
    return name(of.where.target_branch.empty() ? of.request().target_branch : of.where.target_branch);
}

std::string owner(const values& of) {
    const auto& path = of.subject().repo.path;
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string() : name(std::string_view(path).substr(0, slash));
}

std::string own_name(const values& of) {
    const auto& path = of.subject().repo.path;
    return name(std::string_view(path).substr(path.rfind('/') + 1));
}

std::string comment_line(const values& of) {
    const auto* said = of.commented();
    return said && said->note->line > 0 ? std::to_string(said->note->line) : std::string();
}

using reader = std::string (*)(const values&);

constexpr std::array<std::pair<std::string_view, reader>, 14> placeholders{{
    {"MR_NUMBER", [](const values& of) { return std::to_string(of.request().number); }},
    {"MR_TITLE", [](const values& of) { return in_quotation_marks(of.request().title); }},
    {"MR_URL", [](const values& of) { return name(of.request().url); }},
    {"MR_AUTHOR", [](const values& of) { return name(of.request().author.login); }},
    {"SOURCE_BRANCH", source_branch},
    {"TARGET_BRANCH", target_branch},
    {"HEAD", [](const values& of) { return name(of.where.head); }},
    {"REPOSITORY", [](const values& of) { return name(of.subject().repo.path); }},
    {"REPO_OWNER", owner},
    {"REPO_NAME", own_name},
    {"PROVIDER", [](const values& of) { return std::string(to_text(of.subject().repo.forge)); }},
    {"COMMENT_AUTHOR", [](const values& of) { return of.commented() ? name(of.commented()->sender.login) : ""; }},
    {"COMMENT_FILE", [](const values& of) { return of.commented() ? name(of.commented()->note->file) : ""; }},
    {"COMMENT_LINE", comment_line},
}};

/// The placeholder at the front of `text`, which begins with "{"; none if it is no known one.
const std::pair<std::string_view, reader>* placeholder_at(std::string_view text) {
    text.remove_prefix(1);
    const auto found = std::ranges::find_if(placeholders, [text](const auto& one) {
        return text.starts_with(one.first) && text.substr(one.first.size()).starts_with('}');
    });
    return found == placeholders.end() ? nullptr : &*found;
}

}  // namespace

std::string with_placeholders(std::string_view prompt, const assignment& what, const git::workspace& where) {
    const values of{what, where};
    std::string out;
    for (;;) {
        const auto brace = prompt.find('{');
        out += prompt.substr(0, brace);
        if (brace == prompt.npos) return out;
        prompt.remove_prefix(brace);
        const auto* found = placeholder_at(prompt);
        out += found ? found->second(of) : "{";
        prompt.remove_prefix(found ? found->first.size() + 2 : 1);
    }
}

}  // namespace familiar::agent
