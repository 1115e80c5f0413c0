#pragma once

#include <string>
#include <string_view>

namespace familiar::core {

/// JSON text in which every `\uD800` to `\uDFFF` that is no half of a pair has become `\uFFFD`. Ruby and JavaScript
/// write such halves when text is cut in the middle of an emoji, and Boost.JSON takes the whole document for broken
/// then.
std::string replace_lone_surrogates(std::string_view json_text);

}  // namespace familiar::core
