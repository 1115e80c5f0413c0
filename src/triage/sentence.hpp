#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace familiar::triage {

/// Words in lower case, without emphasis and punctuation. A quotation is the single word `"`.
using clause = std::vector<std::string>;

struct sentence {
    std::vector<clause> clauses;
    bool question = false;
};

/// Stands for a mention of the bot in a paragraph that is read.
inline constexpr char mention_mark = '\x01';

/// The word that a mention of the bot becomes.
inline constexpr std::string_view bot_word(&mention_mark, 1);

/// Cuts a paragraph of prose into sentences (".", "!", "?" at the end of a word, but not "e.g." and "...") and those
/// into clauses (between ",", ";", "&", "and", "then", after a mention with a colon, and before one at the front of a
/// line). A line's end is a space otherwise.
/// Quotation marks that are not closed quote all that follows. Linear in the text.
std::vector<sentence> read_sentences(std::string_view paragraph);

}  // namespace familiar::triage
