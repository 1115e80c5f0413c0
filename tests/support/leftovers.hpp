#pragma once

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <sys/wait.h>

namespace familiar::test {

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// A fixture that fails a test which leaves a child, a zombie or an open descriptor behind.
struct no_leftovers {
    no_leftovers() = default;
    no_leftovers(const no_leftovers&) = delete;
    no_leftovers& operator=(const no_leftovers&) = delete;
    ~no_leftovers() {
        BOOST_CHECK_EQUAL(open_descriptors(), descriptors_before);
        errno = 0;
        BOOST_CHECK_EQUAL(::waitpid(-1, nullptr, WNOHANG), -1);
        BOOST_CHECK_EQUAL(errno, ECHILD);
    }

    std::size_t descriptors_before = open_descriptors();
};

}  // namespace familiar::test
