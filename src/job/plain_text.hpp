#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

/// Words of others, made fit for a comment of ours: nothing in them is taken for an order or for a mark, no secret and
/// no control character is left, and they are no longer than they may be. Pure, but for the secrets that are known.
namespace familiar::job {

/// At most so many bytes, ending between two characters; "…" stands for what was cut, within them.
std::string cut(std::string text, std::size_t most);

/// Markdown as it is, but: no HTML comment opens in it (a mark of ours is one); no line begins with a slash, which
/// GitLab, and many a bot, takes for an order to whoever posts it ("/merge"), be it in code: an invisible U+200B stands
/// before the slash; and a fenced block that is open at the end is closed.
std::string tamed(std::string_view markdown, std::size_t most);

/// The same as one line.
std::string one_line(std::string_view text, std::size_t most);

/// The same as a fenced block that nothing within ends.
std::string fenced(std::string_view text, std::size_t most);

/// As people say it: "30 minutes", "1 hour 30 minutes", "2 days".
std::string spelled(std::chrono::milliseconds duration);

/// As people read it off: "3 min 12 s", "2 h 5 min", "less than a second".
std::string short_form(std::chrono::milliseconds duration);

}  // namespace familiar::job
