#include "triage/markdown.hpp"

#include "event/login.hpp"
#include "triage/commit_id.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

namespace familiar::triage {

namespace {

constexpr std::size_t code_indent = 4;  // columns that make an indented block

/// A line without its quotation marks ("> > ").
struct line {
    std::string_view text;  ///< with its indentation
    std::size_t quote_depth = 0;
    std::size_t indent = 0;  ///< columns of white space at its front, a tab reaching to the next multiple of four

    bool blank() const { return content().empty(); }
    std::string_view content() const {
        const auto first = text.find_first_not_of(" \t\r");
        return first == std::string_view::npos ? std::string_view() : text.substr(first);
    }
};

std::size_t indent_of(std::string_view text) {
    std::size_t columns = 0;
    for (const char c : text) {
        if (c == ' ')
            ++columns;
        else if (c == '\t')
            columns += code_indent - columns % code_indent;
        else
            break;
    }
    return columns;
}

line read_line(std::string_view text) {
    line read{.text = text};
    while (indent_of(read.text) < code_indent && read.content().starts_with('>')) {
        read.text = read.content().substr(1);
        if (read.text.starts_with(' ')) read.text.remove_prefix(1);
        ++read.quote_depth;
    }
    read.indent = indent_of(read.text);
    return read;
}

struct fence {
    char mark = '`';
    std::size_t length = 0;
    std::size_t quote_depth = 0;
};

std::size_t run_length(std::string_view text, char mark) {
    return std::min(text.find_first_not_of(mark), text.size());
}

/// A fence may also open inside a list item, where it is indented, so any indentation is taken here; what looks
/// indented and is no list's has become an indented block before this is asked.
std::optional<fence> opened_fence(const line& current) {
    const auto content = current.content();
    for (const char mark : {'`', '~'}) {
        const auto length = run_length(content, mark);
        if (length < 3) continue;
        if (mark == '`' && content.substr(length).find('`') != std::string_view::npos) continue;
        return fence{mark, length, current.quote_depth};
    }
    return std::nullopt;
}

bool closes(const line& current, const fence& open) {
    const auto content = current.content();
    const auto length = run_length(content, open.mark);
    return length >= open.length && content.find_first_not_of(" \t\r", length) == std::string_view::npos;
}

/// The text of a list item whose line this is, with its fence if one opens right after the marker; none if it is no
/// list item.
std::optional<std::string_view> list_item(std::string_view content) {
    const auto digits = content.find_first_not_of("0123456789");
    std::size_t marker = 0;
    if (!content.empty() && std::string_view("-*+").find(content.front()) != std::string_view::npos)
        marker = 1;
    else if (digits != 0 && digits != std::string_view::npos && digits <= 9 &&
             (content[digits] == '.' || content[digits] == ')'))
        marker = digits + 1;
    if (marker == 0 || (marker < content.size() && content[marker] != ' ' && content[marker] != '\t'))
        return std::nullopt;
    return content.substr(marker);
}

/// What is left of a code span.
using span_reader = std::string_view (*)(std::string_view content);

std::string_view blank(std::string_view) {
    return " ";
}

std::string_view commit_or_mark(std::string_view content) {
    return is_commit_id(content) ? content : "`";
}

/// Takes code spans out of one paragraph: a run of backticks up to the next run of the same length.
void append_without_spans(std::string& out, std::string_view paragraph, span_reader what_is_left) {
    struct run {
        std::size_t begin;
        std::size_t length;
        std::optional<std::size_t> partner{};  ///< index of the next run that is as long
    };
    std::vector<run> runs;
    for (auto place = paragraph.find('`'); place != std::string_view::npos; place = paragraph.find('`', place)) {
        const auto length = run_length(paragraph.substr(place), '`');
        runs.push_back({.begin = place, .length = length});
        place += length;
    }
    std::unordered_map<std::size_t, std::size_t> next_of_length;
    for (auto index = runs.size(); index-- > 0;) {
        if (const auto found = next_of_length.find(runs[index].length); found != next_of_length.end())
            runs[index].partner = found->second;
        next_of_length[runs[index].length] = index;
    }

    std::size_t copied = 0;
    for (std::size_t index = 0; index < runs.size(); ++index) {
        const auto& [begin, length, partner] = runs[index];
        const auto backslashes = begin - std::min(begin, paragraph.substr(0, begin).find_last_not_of('\\') + 1);
        if (!partner || backslashes % 2 == 1) continue;
        const auto content = begin + length;
        out.append(paragraph.substr(copied, begin - copied));
        out.append(what_is_left(paragraph.substr(content, runs[*partner].begin - content)));
        copied = runs[*partner].begin + length;
        index = *partner;
    }
    out.append(paragraph.substr(copied));
}

std::size_t find_tag(std::string_view lowered, std::string_view tag, std::size_t from) {
    for (auto place = lowered.find(tag, from); place != std::string_view::npos; place = lowered.find(tag, place + 1)) {
        const auto after = place + tag.size();
        if (after < lowered.size() && std::string_view("> \t\r\n").find(lowered[after]) != std::string_view::npos)
            return place;
    }
    return std::string_view::npos;
}

/// Takes `<name ...>` up to `</name>` out of `text`.
void remove_element(std::string& text, std::string_view name) {
    if (text.find('<') == std::string::npos) return;  // as in most comments; to look for a name takes two copies
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), event::lower);
    const auto opening = '<' + std::string(name);
    const auto closing = "</" + std::string(name);
    std::string kept;
    std::size_t copied = 0;
    for (auto begin = find_tag(lowered, opening, 0); begin != std::string::npos;
         begin = find_tag(lowered, opening, copied)) {
        const auto end = find_tag(lowered, closing, begin);
        if (end == std::string::npos) break;
        kept.append(text, copied, begin - copied).push_back(' ');
        copied = end;
    }
    kept.append(text, copied);
    text = std::move(kept);
}

/// Takes `<!-- ... -->` out of `text`; one that is not closed reaches to the end.
void remove_comments(std::string& text) {
    std::string kept;
    std::size_t copied = 0;
    for (auto begin = text.find("<!--"); begin != std::string::npos; begin = text.find("<!--", copied)) {
        kept.append(text, copied, begin - copied).push_back(' ');
        const auto end = text.find("-->", begin + 4);
        copied = end == std::string::npos ? text.size() : end + 3;
    }
    kept.append(text, copied);
    text = std::move(kept);
}

enum class quotations { kept, left_out };

/// Feeds the lines of a document one by one and collects what is not code.
class extractor {
public:
    extractor(quotations quoted, span_reader what_is_left) : quoted_(quoted), what_is_left_(what_is_left) {}

    void feed(const line& current) {
        if (open_ && current.quote_depth < open_->quote_depth) open_.reset();
        if (open_) {
            if (closes(current, *open_)) open_.reset();
        } else if (current.blank()) {
            end_paragraph();
        } else if (!in_indented_block(current)) {
            feed_text(current);
        }
    }

    std::string finish() {
        end_paragraph();
        return std::move(out_);
    }

private:
    /// A paragraph that goes on, and a list's text, may be indented as far and are none.
    bool in_indented_block(const line& current) const {
        return current.indent >= code_indent && paragraph_.empty() && !in_list_;
    }

    void feed_text(const line& current) {
        if (!open_fence(current)) {
            if (const auto item = list_item(current.content())) {
                end_paragraph();
                in_list_ = true;
                if (open_fence(line{.text = *item, .quote_depth = current.quote_depth})) return;
            } else if (current.indent == 0 && paragraph_.empty()) {
                in_list_ = false;
            }
            if (quoted_ == quotations::left_out && current.quote_depth > paragraph_depth_) end_paragraph();
            if (paragraph_.empty()) paragraph_depth_ = current.quote_depth;
            paragraph_.append(current.text).push_back('\n');
        }
    }

    bool open_fence(const line& current) {
        open_ = opened_fence(current);
        if (open_) end_paragraph();
        return open_.has_value();
    }

    void end_paragraph() {
        if (quoted_ == quotations::kept || paragraph_depth_ == 0) append_without_spans(out_, paragraph_, what_is_left_);
        out_.push_back('\n');
        paragraph_.clear();
        paragraph_depth_ = 0;
    }

    quotations quoted_;
    span_reader what_is_left_;
    std::string out_;
    std::string paragraph_;
    std::size_t paragraph_depth_ = 0;  ///< of its first line: what follows lazily is part of it
    std::optional<fence> open_;
    bool in_list_ = false;
};

std::string extract(std::string_view markdown, extractor document) {
    while (!markdown.empty()) {
        const auto end = markdown.find('\n');
        document.feed(read_line(markdown.substr(0, end)));
        markdown.remove_prefix(end == std::string_view::npos ? markdown.size() : end + 1);
    }
    auto text = document.finish();
    remove_element(text, "pre");
    remove_element(text, "code");
    return text;
}

}  // namespace

std::string without_code(std::string_view markdown) {
    return extract(markdown, extractor(quotations::kept, blank));
}

std::string own_words(std::string_view markdown) {
    auto text = extract(markdown, extractor(quotations::left_out, commit_or_mark));
    remove_comments(text);
    for (const auto* const element : {"blockquote", "del", "s", "strike"}) remove_element(text, element);
    return text;
}

}  // namespace familiar::triage
