#pragma once

#include "e2e/chaos/evidence.hpp"
#include "e2e/chaos/invariants.hpp"

#include <map>
#include <string>

namespace familiar::test::chaos {

/// What was done and what came of it, in a table.
std::string report(const schedule& plan, const evidence& known, const std::map<fault, int>& faults,
                   const violations& found);

}  // namespace familiar::test::chaos
