#pragma once

#include "job/remark_mark.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// A comment of the bot's as a whole: its mark, its text, and folded below it one line for each outcome that stood
/// there before. Pure.
namespace familiar::job {

/// How much is kept of what stood there before.
constexpr std::size_t most_earlier_lines = 10;
constexpr std::size_t longest_earlier_line = 300;  ///< bytes

/// `earlier`: the newest first; what is beyond the bounds is left out.
std::string remark_body(const remark_mark& mark, std::string_view text, const std::vector<std::string>& earlier);

/// What stood there before, as a comment of ours says it.
std::vector<std::string> earlier_of(std::string_view body);

/// The same once that comment is replaced: the first line of its own text comes first.
std::vector<std::string> earlier_with(std::string_view body);

/// Whether two bodies read alike. Forges change the ends of lines and of the whole.
bool same_body(std::string_view one, std::string_view other);

}  // namespace familiar::job
