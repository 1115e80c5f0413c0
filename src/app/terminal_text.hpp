#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text in columns of a terminal.
namespace familiar::app {

/// How many columns there are: COLUMNS, else what the terminal behind standard output says, else 80.
std::size_t terminal_width();

/// How many columns a text takes: characters of East Asian scripts and emoji take two. For text without control
/// characters (observe::escape_control); marks that combine with the character before are counted as one, which is too
/// much, not too little.
std::size_t width_of(std::string_view text);

/// The text in at most `width` columns, with "…" in the place of what is missing at its end.
std::string cut_end(std::string_view text, std::size_t width);

/// The same for what is missing in the middle.
std::string cut_middle(std::string_view text, std::size_t width);

}  // namespace familiar::app
