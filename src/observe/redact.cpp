#include "observe/redact.hpp"

#include "observe/form_search.hpp"
#include "observe/secret_forms.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <set>
#include <utility>

namespace familiar::observe {

namespace {

/// A line of base 64 goes on in the next one if it is at least this long: PEM has 64 columns (RFC 7468), MIME, and with
/// it `base64`, 76. Shorter lines are ordinary text, after which nobody is to wait for the next.
constexpr std::size_t narrowest_wrap = 60;

/// A line end may be that of wrapped base 64, which is known by what came before it: as much as this of what has been
/// handed out stays in memory.
constexpr std::size_t looked_back = narrowest_wrap + 2;

constexpr std::string_view mark = "***";

/// How many secrets that end by themselves are remembered: several hours' worth, for dozens of agents at a time.
constexpr std::size_t most_issued = 256;

struct register_of_forms {
    std::mutex mutex;
    std::set<std::string> forms;     ///< for good
    std::list<core::secret> issued;  ///< the latest last
    std::shared_ptr<const form_search> search = std::make_shared<const form_search>();
};

register_of_forms& registered() {
    static register_of_forms instance;
    return instance;
}

std::shared_ptr<const form_search> current_forms() {
    auto& known = registered();
    const std::lock_guard lock(known.mutex);
    return known.search;
}

/// With the lock held.
void renew_search(register_of_forms& known) {
    auto all = known.forms;
    for (const auto& secret : known.issued) all.merge(forms_of(secret.reveal()));
    known.search = std::make_shared<const form_search>(all);
}

bool is_base64(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '/' || character == '-' ||
           character == '_';
}

}  // namespace

void redact(const core::secret& value) {
    auto forms = forms_of(value.reveal());
    auto& known = registered();
    const std::lock_guard lock(known.mutex);
    const auto before = known.forms.size();
    known.forms.merge(forms);
    if (known.forms.size() != before) renew_search(known);
}

void redact_issued(const core::secret& value) {
    auto& known = registered();
    const std::lock_guard lock(known.mutex);
    const auto same =
        std::ranges::find_if(known.issued, [&](const core::secret& other) { return other.reveal() == value.reveal(); });
    if (same != known.issued.end()) {
        known.issued.splice(known.issued.end(), known.issued, same);
        return;
    }
    known.issued.push_back(value);
    if (known.issued.size() > most_issued) known.issued.pop_front();
    renew_search(known);
}

secret_search::secret_search() : forms_(current_forms()) {}

bool secret_search::may_be_in(std::string_view text) const {
    const bool has_lines = text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos;
    return has_lines || forms_->occurs_in(text);
}

std::string redacted(std::string text) {
    if (!secret_search().may_be_in(text)) return text;
    redacting_stream stream;
    auto shown = stream.feed(text);
    shown += stream.finish();
    return shown;
}

redacting_stream::redacting_stream() : forms_(current_forms()) {}

std::string redacting_stream::feed(std::string_view piece) {
    follow_register();
    if (forms_->empty()) return std::string(piece);
    text_ += piece;
    scan();
    auto shown = hand_out(held_);
    drop_old();
    return shown;
}

std::string redacting_stream::finish() {
    auto shown = hand_out(text_.size());
    text_.clear();
    hidden_.clear();
    breaks_.clear();
    scanned_ = held_ = done_ = 0;
    state_ = wrapped_ = form_search::nothing;
    return shown;
}

/// What is held back is searched anew when there are new forms; what has been handed out cannot be called back.
void redacting_stream::follow_register() {
    auto now = current_forms();
    if (now == forms_) return;
    forms_ = std::move(now);
    scanned_ = held_;
    state_ = wrapped_ = form_search::nothing;
    breaks_.clear();
    std::erase_if(hidden_, [](const hidden& part) { return !part.announced; });
}

void redacting_stream::scan() {
    constexpr auto nothing = form_search::nothing;
    while (scanned_ < text_.size()) {
        if (state_ == nothing && wrapped_ == nothing) scanned_ = forms_->skip(text_, scanned_);
        step_wrapped(scanned_);
        step(scanned_);
        ++scanned_;
    }
    held_ = scanned_ - forms_->depth(state_);
    if (wrapped_ != nothing) held_ = std::min(held_, wrapped_begin(scanned_, forms_->depth(wrapped_)));
}

void redacting_stream::step(std::size_t at) {
    state_ = forms_->next(state_, text_[at]);
    if (const auto size = forms_->ending(state_); size != 0) hide(at + 1 - size, at + 1);
}

/// Before step(), since base 64 that a line end interrupts goes on from where it was.
void redacting_stream::step_wrapped(std::size_t at) {
    const char byte = text_[at];
    if ((byte == '\n' || byte == '\r') && at_wrapped_line_end(at)) {
        if (wrapped_ == form_search::nothing) {
            wrapped_ = state_;
            breaks_.clear();
        }
        if (wrapped_ != form_search::nothing) breaks_.push_back(at);
        return;
    }
    if (wrapped_ == form_search::nothing) return;
    wrapped_ = forms_->next(wrapped_, byte);
    const auto depth = forms_->depth(wrapped_);
    // What lies in one line, the other search finds as well.
    if (depth <= at - breaks_.back()) {
        wrapped_ = form_search::nothing;
        return;
    }
    if (const auto size = forms_->ending(wrapped_); size != 0) hide(wrapped_begin(at + 1, size), at + 1);
}

bool redacting_stream::at_wrapped_line_end(std::size_t at) const {
    if (state_ == form_search::nothing && wrapped_ == form_search::nothing) return false;
    if (text_[at] == '\n' && at > 0 && text_[at - 1] == '\r') --at;
    if (at < narrowest_wrap) return false;
    const auto line = std::string_view(text_).substr(at - narrowest_wrap, narrowest_wrap);
    return std::all_of(line.begin(), line.end(), is_base64);
}

/// Where a wrapped form of this size begins.
std::size_t redacting_stream::wrapped_begin(std::size_t end, std::size_t size) const {
    auto begin = end - size;
    for (auto at = breaks_.rbegin(); at != breaks_.rend() && *at >= begin; ++at) --begin;
    return begin;
}

void redacting_stream::hide(std::size_t begin, std::size_t end) {
    hidden part{begin, end, false};
    for (; !hidden_.empty() && hidden_.back().end > part.begin; hidden_.pop_back()) {
        part.begin = std::min(part.begin, hidden_.back().begin);
        part.end = std::max(part.end, hidden_.back().end);
        part.announced = part.announced || hidden_.back().announced;
    }
    hidden_.push_back(part);
}

/// Everything before `limit`. A hidden part that goes on behind it is kept, so that what overlaps it is not announced
/// a second time.
std::string redacting_stream::hand_out(std::size_t limit) {
    std::string shown;
    shown.reserve(limit - std::min(done_, limit));
    auto part = hidden_.begin();
    for (; part != hidden_.end() && part->begin < limit; ++part) {
        if (part->begin > done_) shown.append(text_, done_, part->begin - done_);
        if (!std::exchange(part->announced, true)) shown += mark;
        done_ = std::max(done_, part->end);
    }
    std::erase_if(hidden_, [&](const hidden& one) { return one.end <= limit; });
    if (done_ < limit) {
        shown.append(text_, done_, limit - done_);
        done_ = limit;
    }
    return shown;
}

/// Moves what is still needed to the front, when that is worth it.
void redacting_stream::drop_old() {
    const auto needed = std::min(held_, done_);
    const auto old = needed - std::min(needed, looked_back);
    if (old < text_.size() / 2) return;
    text_.erase(0, old);
    scanned_ -= old;
    held_ -= old;
    done_ -= old;
    for (auto& part : hidden_) {
        part.begin -= std::min(part.begin, old);
        part.end -= old;
    }
    std::erase_if(breaks_, [&](std::size_t at) { return at < old; });
    for (auto& at : breaks_) at -= old;
}

}  // namespace familiar::observe
