#pragma once

#include "e2e/chaos/schedule.hpp"

namespace familiar::test::chaos {

/// Plays a schedule against the server's binary, an engine of its own and a forge of its own, waits until all is done,
/// and checks what holds after any chaos. Fails the test on a violation, and shows what there is to know then. With
/// FAMILIAR_CHAOS_KEEP=FOLDER the server's log, the database and more are copied there.
void run(const schedule& plan);

}  // namespace familiar::test::chaos
