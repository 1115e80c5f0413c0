#pragma once

#include "config/current.hpp"
#include "event/event.hpp"
#include "job/dispatcher.hpp"
#include "job/inquiry.hpp"
#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <variant>

namespace familiar::job {

/// The delivery is on disk and its job will run, if the sender may.
struct queued {
    std::string job;
};

/// Nothing is done, and nothing is kept.
struct ignored {
    std::string reason;
};

/// The delivery was on disk before.
struct duplicate {
    std::string job;
    journal::job_state state = journal::job_state::received;
};

using answer = std::variant<queued, ignored, duplicate>;

/// Where an event enters: classified, written down, answered. Everything else happens after the answer.
class intake {
public:
    intake(const config::current& settings, journal::journal& journal, const inquiry& ask, dispatcher& jobs)
        : settings_(settings), journal_(journal), ask_(ask), jobs_(jobs) {}

    /// `queued` and `duplicate` mean: durable. An error is the journal's: nothing was kept, the forge has to be told.
    boost::asio::awaitable<core::result<answer>> accept(journal::delivery origin, event::event incoming);

private:
    boost::asio::awaitable<core::result<void>> note_own_head(const event::event& ignored);
    boost::asio::awaitable<core::result<answer>> stop(journal::delivery origin, event::event incoming);

    const config::current& settings_;
    journal::journal& journal_;
    const inquiry& ask_;  ///< for what is known already: an answer waits for no forge
    dispatcher& jobs_;
};

}  // namespace familiar::job
