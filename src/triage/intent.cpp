#include "triage/intent.hpp"

#include "event/login.hpp"
#include "triage/commit_id.hpp"
#include "triage/markdown.hpp"
#include "triage/mention.hpp"
#include "triage/request.hpp"
#include "triage/sentence.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <vector>

namespace familiar::triage {

namespace {

constexpr char number_end = '\x02';  // of a numbered mention: the mark, its number, this

/// The comment with each mention replaced by a number, so that what Markdown makes of it tells which ones are prose.
struct numbered {
    std::string text;
    std::vector<std::size_t> places;  ///< of each mention in the comment
};

numbered number_mentions(std::string comment, std::string_view name) {
    std::transform(comment.begin(), comment.end(), comment.begin(),
                   [](char c) { return c == mention_mark || c == number_end ? ' ' : c; });
    numbered out;
    std::size_t copied = 0;
    for (auto at = find_mention(comment, name, 0); at != std::string::npos; at = find_mention(comment, name, copied)) {
        out.text.append(comment, copied, at - copied);
        out.text.append(1, mention_mark).append(std::to_string(out.places.size())).push_back(number_end);
        out.places.push_back(at);
        copied = at + 1 + name.size();
    }
    out.text.append(comment, copied);
    return out;
}

/// Prose in which a mention is a single mark.
struct marked {
    std::string text;
    std::vector<std::size_t> mentioned;  ///< indices into numbered::places
};

marked read_marks(std::string_view prose) {
    marked out;
    while (!prose.empty()) {
        const auto mark = std::min(prose.find(mention_mark), prose.size());
        out.text.append(prose.substr(0, mark));
        prose.remove_prefix(mark);
        if (prose.empty()) break;
        const auto end = prose.find(number_end);
        std::size_t index = 0;
        std::from_chars(prose.data() + 1, prose.data() + end, index);
        out.mentioned.push_back(index);
        out.text.push_back(mention_mark);
        prose.remove_prefix(end + 1);
    }
    return out;
}

bool is_somebody_else(const std::string& word) {
    return word.starts_with('@') && word.size() > 1 && !word.ends_with("'s");
}

/// Reads one paragraph. The bot is spoken to from a mention of it up to one of somebody else. The mention stands at the
/// front of its clause, or is set off by a comma, a colon or a "please" after it: "I saw @bot merge it" is told to
/// others.
class listener {
public:
    explicit listener(event::actions& wanted) : wanted_(wanted) {}

    void listen(const sentence& heard) {
        const bool in_earnest = !is_no_request(heard);
        for (const auto& one : heard.clauses) hear(one, &one == &heard.clauses.back(), in_earnest);
    }

private:
    void hear(const clause& words, bool last_clause, bool in_earnest) {
        clause spoken;
        bool at_front = true;  // of the clause, but for greetings
        for (std::size_t index = 0; index < words.size(); ++index) {
            const bool to_bot = words[index] == bot_word;
            if (!to_bot && !is_somebody_else(words[index])) {
                spoken.push_back(words[index]);
                at_front = at_front && is_preamble(words[index]);
                continue;
            }
            if (to_bot && in_earnest) take(spoken);
            spoken.clear();
            const bool set_off = index + 1 == words.size() ? !last_clause : addresses(words, index + 1);
            spoken_to_ = to_bot && (at_front || set_off);
        }
        if (in_earnest) take(spoken);
    }

    void take(const clause& spoken) {
        if (!spoken_to_) return;
        const auto more = requested_by(spoken);
        wanted_.push_commits = wanted_.push_commits || more.push_commits;
        wanted_.merge = wanted_.merge || more.merge;
        wanted_.approve = wanted_.approve || more.approve;
        wanted_.dismiss_reviews = wanted_.dismiss_reviews || more.dismiss_reviews;
    }

    event::actions& wanted_;
    bool spoken_to_ = false;
};

/// An approval is the whole of its paragraph: the mention, "ok-to-run", and a commit id or nothing.
std::optional<approval> read_approval(std::string_view paragraph) {
    std::vector<std::string_view> words;
    constexpr std::size_t most = 3;
    for (auto begin = paragraph.find_first_not_of(" \t\r\n"); begin != std::string_view::npos;) {
        if (words.size() == most) return std::nullopt;
        const auto end = std::min(paragraph.find_first_of(" \t\r\n", begin), paragraph.size());
        words.push_back(paragraph.substr(begin, end - begin));
        begin = paragraph.find_first_not_of(" \t\r\n", end);
    }
    if (words.size() < 2 || words[0] != bot_word || !event::same_login(words[1], "ok-to-run")) return std::nullopt;
    approval given;
    if (words.size() == 2) return given;
    if (!is_commit_id(words[2])) return std::nullopt;
    given.head = words[2];
    std::transform(given.head.begin(), given.head.end(), given.head.begin(), event::lower);
    return given;
}

void read_paragraph(std::string_view paragraph, intent& out) {
    if (paragraph.find(mention_mark) == std::string_view::npos) return;
    if (auto given = read_approval(paragraph)) {
        out.approves = std::move(given);
        return;
    }
    if (paragraph.find("~~") != std::string_view::npos) return;  // struck out, some of it
    listener bot(out.wanted);
    for (const auto& one : read_sentences(paragraph)) bot.listen(one);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

/// The comment without these mentions, and without what set off one that stood at the front of a line.
std::string without_mentions(std::string_view comment, const std::vector<std::size_t>& places, std::size_t length) {
    std::string out;
    std::size_t copied = 0;
    for (const auto place : places) {
        out.append(comment.substr(copied, place - copied));
        copied = place + length;
        const auto written = out.find_last_not_of(" \t");
        const bool leads = written == std::string::npos || out[written] == '\n';
        if (leads) copied = std::min(comment.find_first_not_of(",:", copied), comment.size());
        const bool sentence_goes_on = copied < comment.size() && is_one_of(comment[copied], ",:.!?");
        if (sentence_goes_on)
            out.resize(written + 1);
        else if (leads || written + 1 < out.size())
            copied = std::min(comment.find_first_not_of(" \t", copied), comment.size());
    }
    out.append(comment.substr(copied));
    return std::string(trimmed(out));
}

}  // namespace

intent read_intent(std::string_view comment, std::string_view bot_username) {
    intent out;
    const auto name = event::without_app_suffix(bot_username);
    // Most comments name nobody, and to read one as Markdown costs a hundred times what this look at it does.
    if (find_mention(comment, name, 0) == std::string_view::npos) {
        out.instructions = trimmed(comment);
        return out;
    }
    const auto [text, places] = number_mentions(std::string(comment), name);
    const auto prose = read_marks(own_words(text));

    std::string_view rest = prose.text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find("\n\n"), rest.size());
        read_paragraph(rest.substr(0, end), out);
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }

    std::vector<std::size_t> mentioned;
    for (const auto index : prose.mentioned) mentioned.push_back(places[index]);
    out.instructions = without_mentions(comment, mentioned, 1 + name.size());
    return out;
}

}  // namespace familiar::triage
