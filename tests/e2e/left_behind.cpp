#include "e2e/support/docker.hpp"
#include "e2e/support/place.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

// The last of all tests: what those before have left.
namespace {

using namespace familiar::test;

std::string instances() {
    return "e2e-" + mark() + "-";
}

/// Containers of this build tree's servers, and those of the unit tests, whose image gives them a label.
std::vector<std::string> containers_of_tests() {
    auto found = containers("familiar.test");
    for (const auto& name : containers("familiar.agent")) {
        const auto instance = docker({"inspect", "--format", "{{index .Config.Labels \"familiar.instance\"}}", name});
        if (instance.starts_with(instances())) found.push_back(name);
    }
    return found;
}

/// Fails unless there is nothing, and says what there is.
void check_none(const std::vector<std::string>& found) {
    std::string list;
    for (const auto& one : found) list += "\n  " + one;
    BOOST_CHECK_MESSAGE(found.empty(), "left behind:" << list);
}

/// Command lines of processes that work for a server or a forge of these tests.
std::vector<std::string> processes() {
    std::vector<std::string> found;
    for (auto& [id, line] : running_processes()) {
        if (id == ::getpid()) continue;
        std::ranges::replace(line, '\0', ' ');
        if (line.find(place().string()) != line.npos || line.find("familiar.instance=" + instances()) != line.npos)
            found.push_back(std::to_string(id) + " " + line);
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(left_behind)

BOOST_AUTO_TEST_CASE(no_container_is_left) {
    check_none(containers_of_tests());
}

BOOST_AUTO_TEST_CASE(no_process_is_left) {
    check_none(processes());
}

BOOST_AUTO_TEST_CASE(no_workspace_and_no_other_folder_is_left) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(place())) files.push_back(entry.path().string());
    check_none(files);
    std::filesystem::remove_all(place());
}

BOOST_AUTO_TEST_SUITE_END()
