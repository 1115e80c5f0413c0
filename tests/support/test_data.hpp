#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace familiar::test {

/// A file of tests/data as it is on disk.
inline std::string read_test_data(const std::filesystem::path& name) {
    std::ifstream in(std::filesystem::path(FAMILIAR_TEST_DATA) / name, std::ios::binary);
    if (!in) throw std::runtime_error("no test data " + name.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The sample payload `name` of a forge: read_payload("github", "pull_request.opened").
inline std::string read_payload(const std::string& forge, const std::string& name) {
    return read_test_data(std::filesystem::path("webhook") / forge / (name + ".json"));
}

}  // namespace familiar::test
