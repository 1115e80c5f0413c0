#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "job/feedback_plan.hpp"
#include "job/remark_writer.hpp"
#include "journal/journal.hpp"
#include "provider/forge.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace familiar::job {

/// Says one thing after the other at one forge. When and how often is the feedback's business. What it refers to
/// outlives it.
class teller {
public:
    teller(event::provider forge, const config::current& settings, journal::journal& journal);

    /// Puts eyes on what they are not on yet, and the status at the commit. What the forge does not do is logged, and
    /// something that passes is tried a second time before that. An error: the forge wants to be asked again later
    /// (retry_after), and the note has not been said.
    boost::asio::awaitable<core::result<void>> say(provider::forge& at, progress_note note);

    /// Tells what is owed of a job. What the forge never will take is logged and counts as said. An error passes
    /// (may_pass); what has been said by then is not said again by the next call.
    boost::asio::awaitable<core::result<void>> tell(provider::forge& at, journal::job_record job);

    /// All has been said of the job that ever will be.
    void forget(const journal::job_record& job);

private:
    /// What this process has put on a merge request for a job.
    struct traces {
        std::set<std::string> commits{};                            ///< with a mark
        std::set<std::pair<event::place, std::int64_t>> noticed{};  ///< comments with eyes; the merge request is 0
    };

    boost::asio::awaitable<core::result<void>> once_more(provider::forge& at, progress_note note);
    boost::asio::awaitable<core::result<void>> notice(provider::forge& at, const progress_note& note);
    boost::asio::awaitable<core::result<void>> mark(provider::forge& at, std::string job, std::string path,
                                                    provider::commit_status status);
    boost::asio::awaitable<core::result<std::string>> write_comment(provider::forge& at, const journal::job_record& job,
                                                                    speech says);
    boost::asio::awaitable<core::result<void>> set_marks(provider::forge& at, const journal::job_record& job,
                                                         feedback_plan plan, std::string link);
    boost::asio::awaitable<core::result<bool>> belongs_to_another(const journal::job_record& job, std::string commit);
    std::set<std::string> marked_by(const journal::job_record& job) const;
    void complain(std::string_view about, const core::error& failure);

    event::provider forge_;
    const config::current& settings_;
    journal::journal& journal_;
    remark_writer remarks_;
    core::wall_time begun_;  ///< what was done for older jobs is not known
    std::map<std::string, traces> traces_{};
    std::set<std::string> complaints_{};  ///< what has been logged and need not be again
};

}  // namespace familiar::job
