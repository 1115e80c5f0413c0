#include "agent/conversation.hpp"

#include "event/login.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace familiar::agent {

namespace {

/// A comment that is shown is shown with this much of its text at least.
constexpr std::size_t least_quoted = std::size_t{1} << 10;

std::vector<const event::event*> asking(const assignment& what) {
    std::vector<const event::event*> found;
    if (what.subject.note) found.push_back(&what.subject);
    for (const auto& later : what.joined)
        if (later.note) found.push_back(&later);
    return found;
}

std::string place_of(const event::comment& note) {
    return as_name(note.file, note.line > 0 ? ":" + std::to_string(note.line) : std::string());
}

std::string name_of(const event::actor& who) {
    if (who.login.empty()) return "somebody whose account is gone";
    return (who.bot ? "the bot " : "") + as_words(who.login);
}

void row(std::string& text, std::string_view name, const std::string& value) {
    text.append("- ").append(name).append(": ").append(value).append("\n");
}

std::string facts_of(const event::event& said) {
    const auto& note = *said.note;
    std::string text;
    row(text, "From", name_of(said.sender));
    if (!note.file.empty()) row(text, "On", place_of(note));
    if (note.where == event::place::review) row(text, "Kind", "the text of a review");
    if (note.id != 0) row(text, "Comment", std::to_string(note.id));
    if (!note.discussion.empty()) row(text, "Discussion", as_words(note.discussion));
    if (!note.url.empty()) row(text, "Link", as_words(note.url));
    return text;
}

bool is_bots(const event::actor& who, std::string_view bot_username) {
    return !who.login.empty() &&
           event::same_login(event::without_app_suffix(who.login), event::without_app_suffix(bot_username));
}

/// GitHub counts the comments of each place apart, GitLab all together.
bool is_same(const event::comment& one, const event::comment& other, event::provider forge) {
    return one.id != 0 && one.id == other.id && (forge == event::provider::gitlab || one.where == other.where);
}

/// "2026-01-31 12:00 UTC"
std::string minute_of(core::wall_time time) {
    auto text = core::to_rfc3339(time).substr(0, sizeof "2026-01-31T12:00" - 1);
    std::ranges::replace(text, 'T', ' ');
    return text + " UTC";
}

/// A remark and what becomes of it.
struct line {
    const event::remark* remark;
    std::optional<std::size_t> asked{};  ///< it is this one of comments_section, counted from 0
    std::string quote{};
    bool shown = false;
};

/// Remarks that belong together: a thread, or what was said below the merge request in a row.
struct thread {
    std::vector<const line*> lines;
};

bool belongs_to(const event::comment& said, const event::comment& first) {
    const auto is_review = [](const event::comment& one) { return one.where == event::place::review; };
    return said.discussion == first.discussion && is_review(said) == is_review(first);
}

std::vector<thread> threads_of(const std::vector<line>& lines) {
    std::vector<thread> threads;
    for (const auto& one : lines) {
        const auto& said = one.remark->said;
        const auto matches = [&said](const thread& other) {
            return belongs_to(said, other.lines.front()->remark->said);
        };
        auto at = threads.end();
        if (!said.discussion.empty())
            at = std::ranges::find_if(threads, matches);
        else if (!threads.empty() && matches(threads.back()))
            at = std::prev(threads.end());
        if (at == threads.end()) at = threads.insert(threads.end(), thread{});
        at->lines.push_back(&one);
    }
    return threads;
}

std::string heading_of(const thread& of) {
    const auto& first = of.lines.front()->remark->said;
    std::string text = "\n### ";
    if (first.where == event::place::review)
        text += "A review";
    else if (!first.file.empty())
        text += "On " + place_of(first);
    else
        text += first.discussion.empty() ? "Below the merge request" : "A discussion";
    if (!first.discussion.empty()) text += " (discussion " + as_words(first.discussion) + ")";
    const bool resolved = std::ranges::any_of(of.lines, [](const line* one) { return one->remark->resolved; });
    return text + (resolved ? ", resolved\n" : "\n");
}

std::string shown(const line& one, std::size_t comments, std::string_view bot_username) {
    const auto& remark = *one.remark;
    const bool own = is_bots(remark.author, bot_username);
    auto text = "\nBy " + (own ? "you, as " + as_words(remark.author.login) + "," : name_of(remark.author));
    if (remark.written != core::wall_time{}) text += " on " + minute_of(remark.written);
    if (remark.said.id != 0) text += " (comment " + std::to_string(remark.said.id) + ")";
    if (!one.asked) return text + ":\n\n" + one.quote;
    return text + ": shown above" + (comments > 1 ? " as comment " + std::to_string(*one.asked + 1) : "") + ".\n";
}

/// Remarks that there is no room for.
struct left_out {
    std::size_t count = 0;
    core::wall_time newest{};  ///< when the last of them was written
};

/// Quotes what is shown, from the newest on; all that is older than the first without room is left out.
left_out choose(std::vector<line>& lines, budget& room) {
    left_out rest;
    for (auto one = lines.rbegin(); one != lines.rend(); ++one) {
        one->shown = one->asked.has_value();
        if (one->shown) continue;
        if (rest.count == 0 && room.left() >= least_quoted) {
            one->quote = room.quote(one->remark->said.body, least_quoted);
            one->shown = !one->quote.empty();
        } else {
            if (rest.count == 0) rest.newest = one->remark->written;
            ++rest.count;
        }
    }
    return rest;
}

}  // namespace

std::string comments_section(const assignment& what, budget& room) {
    const auto comments = asking(what);
    if (comments.empty()) return {};
    const bool several = comments.size() > 1;
    std::string text =
        several ? "\n## The comments that you are here for\n" : "\n## The comment that you are here for\n";
    for (std::size_t i = 0; i < comments.size(); ++i) {
        if (several) text += "\n### Comment " + std::to_string(i + 1) + "\n";
        const auto quote = room.quote(comments[i]->note->body, least_quoted);
        text += "\n" + facts_of(*comments[i]) + "\n" + (quote.empty() ? "It has no text.\n" : quote);
    }
    return text;
}

std::string conversation_section(const assignment& what, std::string_view bot_username, budget& room) {
    const auto comments = asking(what);
    std::vector<line> lines;
    for (const auto& remark : what.conversation) {
        const auto asked = std::ranges::find_if(comments, [&](const event::event* one) {
            return is_same(*one->note, remark.said, what.subject.repo.forge);
        });
        auto& added = lines.emplace_back(line{&remark});
        if (asked != comments.end()) added.asked = static_cast<std::size_t>(asked - comments.begin());
    }

    const auto rest = choose(lines, room);
    std::erase_if(lines, [](const line& one) { return !one.shown; });
    const bool nothing_new = std::ranges::all_of(lines, [](const line& one) { return one.asked.has_value(); });
    if (nothing_new && rest.count == 0) return {};

    std::string text = "\n## The conversation\n";
    if (rest.count > 0) {
        text += "\nThere is more than fits here. Left out, the oldest first: " + std::to_string(rest.count) +
                (rest.count == 1 ? " comment" : " comments");
        if (rest.newest != core::wall_time{}) text += ", the last of them of " + minute_of(rest.newest);
        text += ".\n";
    }
    for (const auto& of : threads_of(lines)) {
        text += heading_of(of);
        for (const auto* one : of.lines) text += shown(*one, comments.size(), bot_username);
    }
    return text;
}

}  // namespace familiar::agent
