#include "e2e/support/process_figures.hpp"

#include "e2e/support/program.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace familiar::test {

process_figures figures_of(pid_t process) {
    const auto folder = std::filesystem::path("/proc") / std::to_string(process);
    process_figures now;
    std::ifstream status(folder / "status");
    if (!status) throw std::runtime_error("there is no process " + std::to_string(process));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) now.resident = std::stoul(line.substr(6)) * 1024;
        if (line.starts_with("Threads:")) now.threads = std::stoul(line.substr(8));
    }
    now.descriptors = static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder / "fd"), {}));
    now.children = children_of(process).size();
    return now;
}

}  // namespace familiar::test
