#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// How text of other people stands in a prompt: fenced, so that nothing in it can pass for a part of the prompt. Pure.
namespace familiar::agent {

/// What is taken of one text of other people at most: 64 KiB say what they have to say.
inline constexpr std::size_t most_quoted = std::size_t{64} << 10;

/// A Markdown quote: each line begins with ">", whatever ends a line anywhere (CR, VT, FF, U+0085, U+2028, U+2029).
/// Characters that control a terminal, turn the direction of writing or cannot be seen are spelled "<U+202E>". An HTML
/// comment, which a page does not show, is marked as one; Familiar's own (`<!-- familiar:... -->`) are left out. Ends
/// with a line end. Longer than `most` bytes: cut, with "> [...]" for the rest. Empty if there is nothing to see.
std::string as_quote(std::string_view text, std::size_t most = most_quoted);

/// One line without what as_quote spells out, at most `most` bytes, then "[...]".
std::string one_line(std::string_view text, std::size_t most);

/// Words (a title, a login, a link) on one line between backticks, those within replaced by "'".
std::string as_words(std::string_view text);

/// The name of a file or branch between backticks, with `suffix` (of ours) behind it. One with a byte or character
/// that is not plainly to be seen is put in double quotes and spelled as git does (core.quotePath):
/// "odd\nname\342\200\256".
std::string as_name(std::string_view name, std::string_view suffix = {});

/// What several texts have together.
class budget {
public:
    explicit budget(std::size_t all) : left_(all) {}

    std::size_t left() const noexcept { return left_; }

    /// The quote of a text, within the bound of one and what is left, but at least `least` bytes of it.
    std::string quote(std::string_view text, std::size_t least);

private:
    std::size_t left_;
};

}  // namespace familiar::agent
