#pragma once

#include "support/test_data.hpp"
#include "support/unit_test.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace familiar::test {

/// The first line in which two texts differ, for people.
inline std::string first_difference(const std::string& is, const std::string& was) {
    std::istringstream left(is), right(was);
    for (std::size_t number = 1;; ++number) {
        std::string a, b;
        const bool more = bool(std::getline(left, a)), other = bool(std::getline(right, b));
        if (!more && !other) return "only the end of the last line";
        if (more == other && a == b) continue;
        const auto shown = [](bool there, const std::string& line) { return there ? "'" + line + "'" : "the end"; };
        return "line " + std::to_string(number) + " is   " + shown(more, a) + "\nbut was  " + shown(other, b);
    }
}

/// Whether the text is, byte for byte, the file `name` of tests/data. With FAMILIAR_UPDATE_GOLDEN=1 the file is written
/// anew, and the test fails all the same: what it holds then has been looked at by nobody.
inline void check_golden(const std::string& text, const std::filesystem::path& name) {
    const auto path = std::filesystem::path(FAMILIAR_TEST_DATA) / name;
    const auto* update = std::getenv("FAMILIAR_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1") {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        BOOST_ERROR("tests/data/" << name.string() << " was written anew; look at it and run the test without "
                                  << "FAMILIAR_UPDATE_GOLDEN");
        return;
    }
    const auto expected = std::filesystem::exists(path) ? read_test_data(name) : std::string();
    BOOST_CHECK_MESSAGE(text == expected, "tests/data/"
                                              << name.string() << ": " << first_difference(text, expected)
                                              << "\nIf that is meant: FAMILIAR_UPDATE_GOLDEN=1 writes the file anew.");
}

}  // namespace familiar::test
