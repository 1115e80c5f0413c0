#pragma once

#include <string>
#include <string_view>

namespace familiar::triage {

/// Markdown with its code taken out: fenced blocks (unclosed ones reach to the end), indented blocks, code spans, and
/// what stands between <pre> or <code> and its end, each replaced by a space or an empty line. The rest stays as it is,
/// quotations too. After CommonMark 0.31, sections 4.4, 4.5 and 6.1, as far as that needs no tree: after a list has
/// begun nothing indented is taken for code until text stands at the margin again, since it is the list's. Linear in
/// the text.
std::string without_code(std::string_view markdown);

/// What the writer says in words of his own: without_code, and without quotations (a line that goes on lazily is the
/// quotation's, section 5.1), HTML comments, and what is struck out by an element. A code span leaves a backtick in its
/// place, or its content if that is a commit id. Paragraphs are apart by an empty line. Linear in the text.
std::string own_words(std::string_view markdown);

}  // namespace familiar::triage
