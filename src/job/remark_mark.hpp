#pragma once

#include "event/event.hpp"
#include "provider/forge.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How the bot knows its own comments again: the first line of each is a mark that readers do not see. Pure.
namespace familiar::job {

/// What a comment of the bot's is about.
struct remark_mark {
    enum class kind {
        job,      ///< how a job ended, or what it waits for; `name` is its id
        refusal,  ///< somebody was told why nothing is run for him; see refusal_mark()
    };
    kind about = kind::job;
    std::string name;

    bool operator==(const remark_mark&) const = default;
};

/// Whoever gets a no gets it once in the same words: named are his login (empty for a deleted user) and a digest of
/// what was said.
remark_mark refusal_mark(const event::actor& sender, std::string_view said);

/// The mark's line, without its end: `<!-- familiar:job=01j8… -->`. Logins are written in lower case, and whatever
/// could end the mark is escaped.
std::string write_mark(const remark_mark& mark);

/// The mark of a comment: its first line is one, and nothing else. It counts only where wrote() says so.
std::optional<remark_mark> read_mark(std::string_view comment);

/// Whether the comment's author is whom our credentials belong to. An App is known with and without the suffix of its
/// login, as long as the forge calls it a bot: a person may have that name, too.
bool wrote(const provider::identity& own, const event::actor& author);

}  // namespace familiar::job
