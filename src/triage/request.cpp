#include "triage/request.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

namespace familiar::triage {

namespace {

using words = std::span<const std::string>;

template <std::size_t N>
bool any_of(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 21> preamble{"please", "pls", "plz",   "kindly", "just", "also",  "now",
                                                    "hey",    "hi",  "hello", "ok",     "okay", "yes",   "lgtm",
                                                    "thanks", "so",  "then",  "and",    "fine", "great", "simply"};
constexpr std::array<std::string_view, 4> begging{"please", "pls", "plz", "kindly"};
constexpr std::array<std::string_view, 4> asking{"can", "could", "would", "will"};
constexpr std::array<std::string_view, 14> closing{"please", "pls",      "plz",      "now",        "too",
                                                   "again",  "asap",     "thx",      "thanks",     "afterwards",
                                                   "today",  "directly", "yourself", "immediately"};
struct pair {
    std::string_view first;
    std::string_view second;
};
constexpr std::array<pair, 5> closing_pairs{
    {{"as", "well"}, {"for", "me"}, {"thank", "you"}, {"right", "away"}, {"right", "now"}}};

constexpr std::array<std::string_view, 7> pronouns{"it", "this", "that", "these", "those", "them", "everything"};
constexpr std::array<std::string_view, 19> determiners{"the", "this", "that", "these", "those",   "your", "my",
                                                       "our", "its",  "his",  "her",   "their",   "a",    "an",
                                                       "all", "any",  "old",  "stale", "outdated"};

/// What may be done how: the things that a verb is asked for with, and what may tell where to after them.
struct verb {
    std::string_view name;
    bool event::actions::* action;
    std::array<std::string_view, 12> things;
    std::array<std::string_view, 5> goes_on;
    bool described;  ///< whether other words may stand before the thing ("the typo fix")
};

constexpr std::array<verb, 4> verbs{
    {{"merge",
      &event::actions::merge,
      {"mr", "pr", "request", "pull-request", "merge-request", "change", "changes", "branch"},
      {"into", "to", "onto"},
      false},
     {"approve",
      &event::actions::approve,
      {"mr", "pr", "request", "pull-request", "merge-request", "change", "changes", "update", "fix"},
      {},
      true},
     {"push",
      &event::actions::push_commits,
      {"fix", "fixes", "change", "changes", "commit", "commits", "update", "updates", "result", "branch", "work",
       "correction"},
      {"to", "onto", "on", "up", "for"},
      true},
     {"dismiss", &event::actions::dismiss_reviews, {"review", "reviews"}, {"of", "by", "from"}, true}}};

/// What can turn a request into a mere talk of it: negations, conditions, times, questions.
constexpr std::array<std::string_view, 50> turning{
    "not",     "dont",    "wont",       "never",    "no",        "nor",    "neither",  "cannot",   "cant",    "without",
    "unless",  "if",      "when",       "whenever", "once",      "after",  "before",   "until",    "till",    "while",
    "long",    "only",    "except",     "instead",  "otherwise", "rather", "provided", "assuming", "avoid",   "refrain",
    "stop",    "wait",    "hold",       "later",    "tomorrow",  "soon",   "maybe",    "perhaps",  "should",  "might",
    "whether", "explain", "difference", "between",  "versus",    "vs",     "why",      "how",      "nothing", "nobody"};

bool has_turning_word(const clause& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const auto& word) { return any_of(turning, word) || word.ends_with("n't"); });
}

bool begins_with_asking(words spoken) {
    return spoken.size() >= 2 && any_of(asking, spoken[0]) && spoken[1] == "you";
}

words without_preamble(words spoken) {
    for (;;) {
        if (begins_with_asking(spoken))
            spoken = spoken.subspan(2);
        else if (!spoken.empty() && any_of(preamble, spoken.front()))
            spoken = spoken.subspan(1);
        else
            return spoken;
    }
}

words without_closing(words spoken) {
    for (;;) {
        const auto count = spoken.size();
        const bool two = count >= 2 && std::any_of(closing_pairs.begin(), closing_pairs.end(), [&](const auto& one) {
                             return spoken[count - 2] == one.first && spoken[count - 1] == one.second;
                         });
        if (two)
            spoken = spoken.first(count - 2);
        else if (!spoken.empty() && any_of(closing, spoken.back()))
            spoken = spoken.first(count - 1);
        else
            return spoken;
    }
}

bool may_end(const verb& asked, words rest) {
    return rest.empty() || (rest.size() >= 2 && any_of(asked.goes_on, rest.front()));
}

/// "the fix", "the typo fix", "@bob's review", "stale reviews", "changes".
bool is_described_thing(const verb& asked, words object) {
    constexpr std::size_t most_described = 2;
    const bool determined = any_of(determiners, object.front()) || object.front().ends_with("'s");
    const auto noun =
        std::find_if(object.begin(), object.end(), [&](const auto& word) { return any_of(asked.things, word); });
    if (noun == object.end()) return false;
    const auto before = static_cast<std::size_t>(std::distance(object.begin(), noun));
    const auto described = before - (determined && before > 0 ? 1U : 0U);
    const bool fits = described == 0 || (determined && asked.described && described <= most_described) ||
                      (described == 1 && (object[before - 1] == "pull" || object[before - 1] == "merge"));
    return fits && may_end(asked, object.subspan(before + 1));
}

bool is_object(const verb& asked, words object) {
    if (object.empty()) return true;
    return (any_of(pronouns, object.front()) && may_end(asked, object.subspan(1))) || is_described_thing(asked, object);
}

/// "could you" with something behind it.
bool asks_somewhere(const clause& one) {
    for (std::size_t index = 0; index + 1 < one.size(); ++index)
        if (begins_with_asking(words(one).subspan(index))) return true;
    return false;
}

}  // namespace

event::actions requested_by(const clause& spoken) {
    event::actions wanted;
    const auto request = without_closing(without_preamble(spoken));
    if (request.empty()) return wanted;
    for (const auto& one : verbs)
        if (request.front() == one.name) wanted.*one.action = is_object(one, request.subspan(1));
    return wanted;
}

bool is_no_request(const sentence& whole) {
    const auto& all = whole.clauses;
    if (std::any_of(all.begin(), all.end(), has_turning_word)) return true;
    return whole.question && std::none_of(all.begin(), all.end(), asks_somewhere);
}

bool is_preamble(std::string_view word) {
    return any_of(preamble, word);
}

bool addresses(const clause& all, std::size_t from) {
    const auto spoken = words(all).subspan(from);
    return begins_with_asking(spoken) || (!spoken.empty() && any_of(begging, spoken.front()));
}

}  // namespace familiar::triage
