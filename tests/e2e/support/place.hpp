#pragma once

#include <filesystem>
#include <string>

/// What all suites stand on. It is set up before the first test of a process and taken down after the last.
namespace familiar::test {

/// A few letters that tell the containers and files of this build tree's tests from anybody else's.
const std::string& mark();

/// Holds every temporary folder of these tests; the last of them finds it empty.
std::filesystem::path place();

/// Kills and collects what servers of ours that were killed have left to us: children of a dead process come to the
/// test.
void end_orphans();

}  // namespace familiar::test
