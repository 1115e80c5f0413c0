#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text in columns of a terminal.
namespace familiar::app {

/// How many columns there are: COLUMNS, else what the terminal behind standard output says, else 80; the largest number
/// where standard output is no terminal, since a program that reads wants all of it.
std::size_t terminal_width();

/// How many columns a text takes: characters of East Asian scripts and emoji take two. For text without control
/// characters (observe::escape_control); marks that combine with the character before are counted as one, which is too
/// much, not too little.
std::size_t width_of(std::string_view text);

/// The text in at most `width` columns, with "…" in the place of what is missing at its end.
std::string cut_end(std::string_view text, std::size_t width);

/// The same for what is missing in the middle.
std::string cut_middle(std::string_view text, std::size_t width);

/// Makes a log fit to be shown at a terminal, in whatever pieces it comes: colours and the like (SGR, "ESC [ … m") act
/// as the agent meant them, and every other control character, escape sequence, bidirectional override and byte that is
/// no UTF-8 is shown as observe::escape_control() has it. A CR, which would let a line hide the one before, ends a
/// line.
class terminal_filter {
public:
    std::string feed(std::string_view piece);

    /// The rest, and an end of all colours.
    std::string finish();

private:
    std::string convert(std::string_view text);

    std::string begun_{};  ///< the beginning of a character or of an escape sequence
    bool after_cr_ = false;
    bool coloured_ = false;
};

}  // namespace familiar::app
