#pragma once

#include "core/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::observe {

class form_search;

/// From now on this secret appears in no log, in none of the forms of forms_of(), nor in base 64 that is broken into
/// lines of 60 characters or more, as `base64` (76) and PEM (64) do it. For good: what was a secret once may still be
/// printed. Secrets of less than six bytes are left alone: they would blank out ordinary text. Thread-safe, like
/// redacted().
void redact(const core::secret& value);

/// The same for a secret that is good for a while only, such as a token that a forge makes for an hour: the latest 256
/// of them are remembered, each from the last time it was given.
void redact_issued(const core::secret& value);

/// `text` with every form of every registered secret replaced by "***". For everything that leaves the process and may
/// quote a child program.
std::string redacted(std::string text);

/// Tells whether redacted() would change a text, by the secrets that are known when this is made: for many short texts
/// that hold none, as those of a log line.
class secret_search {
public:
    secret_search();

    /// False: redacted(text) is `text`.
    bool may_be_in(std::string_view text) const;

private:
    std::shared_ptr<const form_search> forms_;
};

/// The same as redacted() for a text that comes in pieces, wherever they end. What is handed out first is everything
/// but an end that is the beginning of some form: a reader who follows waits for nothing else. Linear in the text,
/// whatever it holds.
class redacting_stream {
public:
    redacting_stream();

    /// What may be shown now; empty while a form may be coming.
    std::string feed(std::string_view piece);

    /// The rest: the text has ended. The stream may be used anew afterwards.
    std::string finish();

private:
    /// A part of the text that is not shown.
    struct hidden {
        std::size_t begin;
        std::size_t end;
        bool announced;  ///< its "***" has been handed out
    };

    void follow_register();
    void scan();
    void step(std::size_t at);
    void step_wrapped(std::size_t at);
    bool at_wrapped_line_end(std::size_t at) const;
    std::size_t wrapped_begin(std::size_t end, std::size_t size) const;
    void hide(std::size_t begin, std::size_t end);
    std::string hand_out(std::size_t limit);
    void drop_old();

    std::shared_ptr<const form_search> forms_;
    std::string text_{};            ///< the end of the text so far; all that follows are places in it
    std::size_t scanned_ = 0;       ///< how far it has been searched
    std::size_t held_ = 0;          ///< where the earliest form begins that may still come
    std::size_t done_ = 0;          ///< how far it has been handed out
    std::vector<hidden> hidden_{};  ///< in order, apart from each other; none ends before `held_`

    std::uint32_t state_ = 0;  ///< of the search
    /// The same of a search that reads over the line ends at `breaks_`.
    std::uint32_t wrapped_ = 0;
    std::vector<std::size_t> breaks_{};
};

}  // namespace familiar::observe
