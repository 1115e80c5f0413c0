#include "job/approving.hpp"

namespace familiar::job {

namespace {

approving decline(std::string reason, std::string said) {
    return {.head = {}, .reason = std::move(reason), .said = std::move(said)};
}

approving ask_for(const std::string& head, const std::string& bot_username) {
    return decline("the head is " + head + " by now, which the approval does not name",
                   "The head of this merge request is `" + head +
                       "` by now, and that is not what was approved. To have me work on it, look at it and say `@" +
                       bot_username + " ok-to-run " + head + "`.");
}

}  // namespace

approving judge_approval(const std::string& asked, const known_heads& heads, const std::string& bot_username) {
    const auto& now = heads.now.empty() ? heads.recorded : heads.now;
    if (now.empty())
        return decline("there is no head that could be approved", "I don't know of anything here to approve.");
    if (!asked.empty() && !now.starts_with(asked)) return ask_for(now, bot_username);
    if (asked.empty() && heads.recorded.empty())
        return decline("nothing of this merge request waits for an approval",
                       "Nothing here waits for an approval. To approve the head all the same, say `@" + bot_username +
                           " ok-to-run " + now + "`.");
    if (asked.empty() && heads.recorded != now) return ask_for(now, bot_username);
    return {.head = now, .reason = "approved " + now, .said = {}};
}

}  // namespace familiar::job
