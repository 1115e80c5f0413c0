#pragma once

#include <string>

/// What "@bot ok-to-run" on a merge request approves. Pure.
namespace familiar::job {

/// The heads of a merge request, as whole commit ids; empty where unknown.
struct known_heads {
    std::string recorded;  ///< of the newest job that is held, which came before the comment
    std::string now;       ///< what the forge says
};

struct approving {
    std::string head;    ///< what is approved; empty: nothing
    std::string reason;  ///< for the job's record
    std::string said;    ///< for the approver, if nothing is approved
};

/// Without a commit of his own (`asked`, empty) somebody approves what he could have seen: the recorded head, unless
/// the forge's is another by now. With one he approves the forge's head, if that is the one. `bot_username` is for the
/// answer, which says how to go on.
approving judge_approval(const std::string& asked, const known_heads& heads, const std::string& bot_username);

}  // namespace familiar::job
