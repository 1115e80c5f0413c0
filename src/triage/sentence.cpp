#include "triage/sentence.hpp"

#include "event/login.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace familiar::triage {

namespace {

bool is_space(char c) {
    return std::string_view(" \t\r\n\v\f").find(c) != std::string_view::npos;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

struct spelling {
    std::string_view typeset;
    std::string_view plain;
};

/// What keyboards and web pages make of ASCII.
constexpr std::array<spelling, 6> spellings{{{"\xC2\xA0", " "},          // no-break space
                                             {"\xE2\x80\xAF", " "},      // narrow no-break space
                                             {"\xE2\x80\x98", "'"},      // single quotation marks
                                             {"\xE2\x80\x99", "'"},      //
                                             {"\xEF\xBC\x8C", ","},      // full-width comma
                                             {"\xE2\x80\xA6", "..."}}};  // ellipsis

struct quotation {
    std::string_view opening;
    std::string_view closing;
};

constexpr std::array<quotation, 4> quotation_marks{
    {{"\"", "\""}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}, {"\xE2\x80\x9E", "\xE2\x80\x9C"}, {"\xC2\xAB", "\xC2\xBB"}}};

std::string plain(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto* const found = std::find_if(spellings.begin(), spellings.end(),
                                               [text](const auto& one) { return text.starts_with(one.typeset); });
        if (found != spellings.end()) {
            out.append(found->plain);
            text.remove_prefix(found->typeset.size());
        } else {
            out.push_back(event::lower(text.front()));
            text.remove_prefix(1);
        }
    }
    return out;
}

/// An apostrophe quotes at the beginning of a word, up to the next one at the end of a word. Without such an end it is
/// an apostrophe.
std::optional<std::size_t> end_of_single_quotes(std::string_view text, std::size_t at) {
    const bool opens = (at == 0 || is_space(text[at - 1])) && at + 1 < text.size() && !is_space(text[at + 1]);
    if (!opens) return std::nullopt;
    for (auto end = text.find('\'', at + 1); end != std::string_view::npos; end = text.find('\'', end + 1))
        if (end + 1 == text.size() || !is_word(text[end + 1])) return end + 1;
    return std::nullopt;
}

std::optional<std::size_t> end_of_quotation(std::string_view text, std::size_t at) {
    for (const auto& [opening, closing] : quotation_marks) {
        if (!text.substr(at).starts_with(opening)) continue;
        const auto end = text.find(closing, at + opening.size());
        return end == std::string_view::npos ? text.size() : end + closing.size();
    }
    return std::nullopt;
}

std::string without_quotations(std::string_view text) {
    std::string out;
    bool apostrophes_quote = true;  // searched for in vain once, they never do from there on
    for (std::size_t at = 0; at < text.size();) {
        auto end = end_of_quotation(text, at);
        if (!end && text[at] == '\'' && apostrophes_quote && (at == 0 || is_space(text[at - 1]))) {
            end = end_of_single_quotes(text, at);
            apostrophes_quote = end.has_value();
        }
        if (end) {
            out.append(" \" ");
            at = *end;
        } else {
            out.push_back(text[at++]);
        }
    }
    return out;
}

/// How a word ends what it stands in.
enum class stop { none, clause, sentence, question };

/// "e.g", "i.e" and their like, whose last full stop ends nothing.
bool is_abbreviation(std::string_view word) {
    constexpr std::array<std::string_view, 5> known{"etc", "vs", "cf", "eg", "ie"};
    if (std::find(known.begin(), known.end(), word) != known.end()) return true;
    if (word.size() < 3) return false;
    for (std::size_t index = 1; index < word.size(); index += 2)
        if (word[index] != '.') return false;
    return word.size() % 2 == 1;
}

stop take_punctuation(std::string_view& word) {
    const auto whole = word;
    const auto last = word.find_last_not_of("*_.,;!?");
    const auto punctuation = word.substr(last + 1);
    word = word.substr(0, last + 1);
    if (punctuation.find('?') != std::string_view::npos) return stop::question;
    if (punctuation.find('!') != std::string_view::npos) return stop::sentence;
    if (punctuation.find_first_of(",;") != std::string_view::npos) return stop::clause;
    const bool full_stop = punctuation.find('.') != std::string_view::npos;
    const bool ellipsis = whole.find("..") != std::string_view::npos;
    return full_stop && !ellipsis && !is_abbreviation(word) ? stop::sentence : stop::none;
}

bool joins(std::string_view word) {
    return word == "and" || word == "then" || word == "&";
}

/// Collects words.
class reader {
public:
    void feed(std::string_view word) {
        word.remove_prefix(std::min(word.find_first_not_of("*_"), word.size()));
        auto end = take_punctuation(word);
        if (word.size() == 2 && word.front() == mention_mark && word.back() == ':') {
            word.remove_suffix(1);
            end = stop::clause;
        }
        if (joins(word))
            end_clause();
        else if (!word.empty())
            words_.emplace_back(word);
        if (end != stop::none) end_clause();
        if (end == stop::sentence || end == stop::question) end_sentence(end == stop::question);
    }

    /// A mention at the front of a line speaks anew.
    void end_line(char next) {
        if (next == mention_mark) end_clause();
    }

    std::vector<sentence> finish() {
        end_clause();
        end_sentence(false);
        return std::move(sentences_);
    }

private:
    void end_clause() {
        if (!words_.empty()) current_.clauses.push_back(std::move(words_));
        words_.clear();
    }

    void end_sentence(bool question) {
        current_.question = question;
        if (!current_.clauses.empty()) sentences_.push_back(std::move(current_));
        current_ = {};
    }

    clause words_;
    sentence current_;
    std::vector<sentence> sentences_;
};

}  // namespace

std::vector<sentence> read_sentences(std::string_view paragraph) {
    const auto prose = without_quotations(plain(paragraph));
    reader words;
    for (std::size_t begin = 0; begin < prose.size();) {
        if (is_space(prose[begin])) {
            ++begin;
            if (prose[begin - 1] == '\n' && begin < prose.size()) words.end_line(prose[begin]);
            continue;
        }
        auto end = begin;
        while (end < prose.size() && !is_space(prose[end])) ++end;
        words.feed(std::string_view(prose).substr(begin, end - begin));
        begin = end;
    }
    return words.finish();
}

}  // namespace familiar::triage
