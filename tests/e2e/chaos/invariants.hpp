#pragma once

#include "e2e/chaos/evidence.hpp"

#include <string>
#include <vector>

/// What holds after any chaos. Pure functions of what is known, so that tests can see each of them find something.
namespace familiar::test::chaos {

struct violation {
    std::string rule{};
    std::string what{};
};

using violations = std::vector<violation>;

/// Whatever was acknowledged is in the journal and its job has ended.
violations unkept_promises(const evidence& known);
/// No outcome is replaced by another.
violations changed_outcomes(const evidence& known);
/// A success is one for the engine, and so is a failure.
violations untrue_outcomes(const evidence& known);
/// A cancelled job is cancelled, and a retried one is there again.
violations ignored_orders(const evidence& known);
/// An agent is started again only for a delivery that was posted again, or when a person says so.
violations second_starts(const evidence& known);
/// What means the same does not run once more after a success.
violations repeated_successes(const evidence& known);
/// One agent per merge request at any moment.
violations overlaps(const evidence& known);
/// Agents end in time, but for the time when nobody could end them.
violations missed_deadlines(const evidence& known);
/// The agents' logs are kept, to the last line that the engine has. (One that is killed loses some by itself.)
violations incomplete_logs(const evidence& known);
/// An agent was told of each comment, or there is an outcome that says why not.
violations dropped_comments(const evidence& known);
/// The newest update of a merge request is not superseded by an older one.
violations dropped_updates(const evidence& known);
/// What waited when its merge request was closed is not started afterwards.
violations starts_after_close(const evidence& known);
/// Agents that were started are active or have ended.
violations wrong_figures(const evidence& known);
/// The server ends when it is told to, and not otherwise.
violations wrong_ends(const evidence& known);
/// Nothing is left behind.
violations leftovers(const evidence& known);

/// All of them.
violations check(const evidence& known);

}  // namespace familiar::test::chaos
