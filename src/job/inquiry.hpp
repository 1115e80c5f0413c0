#pragma once

#include "agent/assignment.hpp"
#include "config/current.hpp"
#include "core/error.hpp"
#include "event/event.hpp"
#include "provider/forge.hpp"
#include "provider/intent_reader.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace familiar::job {

/// What the forge is asked about a job: before it is let in, and before its agent starts. Where a forge has no API
/// nothing is asked, and nothing is known.
///
/// An error is one that passes (core::is_transient), with retry_after where the forge told it, and worth another try. A
/// forge that will not tell is logged, and what it did not tell stays unknown; that never opens more.
class inquiry {
public:
    struct tools {
        const config::current& settings;
        provider::forge_lookup forges;
        provider::intent_reader& intents;
    };

    explicit inquiry(tools with) : with_(std::move(with)) {}

    /// Whether there is anybody to ask.
    bool has_api(event::provider forge) const { return with_.forges(forge) != nullptr; }

    /// Fills in what a webhook lacks of its merge request: a comment on GitHub carries neither branches nor head.
    boost::asio::awaitable<core::result<void>> complete(event::event& subject);

    /// Brings the merge request up to date. False if it is not open any more.
    boost::asio::awaitable<core::result<bool>> refresh(event::event& subject);

    /// What somebody may do in the repository now; none if nobody could be asked.
    boost::asio::awaitable<core::result<std::optional<config::permission>>> permission(const event::repository& repo,
                                                                                       const event::actor& who);

    /// Asks whose the credentials are, if that is not known yet; warns of an account that may be a person's.
    boost::asio::awaitable<core::result<void>> learn_account(event::provider forge);

    /// Whether the bot itself caused the event, by its own name or by the account that its credentials belong to.
    boost::asio::awaitable<core::result<bool>> is_own(const event::event& incoming);

    /// The logins of those accounts, as far as they are known; for a decision that waits for nobody.
    std::vector<std::string> own_logins(event::provider forge) const;

    /// What an agent has to know besides its event: what was said, what it is asked for by whom, and whether the author
    /// is trusted.
    boost::asio::awaitable<core::result<void>> brief(agent::assignment& what);

    /// The configuration in force is another: the credentials may belong to somebody else.
    void settings_changed() { accounts_.clear(); }

private:
    boost::asio::awaitable<core::result<void>> read_conversation(agent::assignment& what, provider::forge& forge);
    boost::asio::awaitable<core::result<void>> read_wishes(agent::assignment& what);
    boost::asio::awaitable<event::wish> understand(const event::event& said);
    boost::asio::awaitable<core::result<void>> keep_what_he_may(event::wish& wish, const event::event& said);
    boost::asio::awaitable<core::result<void>> judge_author(agent::assignment& what);
    provider::forge* api_of(const event::event& subject) const { return with_.forges(subject.repo.forge); }

    tools with_;
    std::map<event::provider, std::string> accounts_;  ///< logins of the credentials, once they were asked for
};

}  // namespace familiar::job
