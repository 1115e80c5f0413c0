#pragma once

#include "support/unit_test.hpp"

#include <unistd.h>

namespace familiar::test {

/// Root may read and write everywhere: for as long as this lives, the process is nobody.
struct without_privileges {
    without_privileges() {
        if (was_root) BOOST_REQUIRE(::seteuid(65534) == 0);
    }
    ~without_privileges() {
        if (was_root) BOOST_CHECK(::seteuid(0) == 0);
    }
    without_privileges(const without_privileges&) = delete;
    without_privileges& operator=(const without_privileges&) = delete;

    const bool was_root = ::geteuid() == 0;
};

}  // namespace familiar::test
