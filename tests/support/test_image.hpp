#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace familiar::test {

/// A tiny image with a shell, labelled familiar.test=1. Needs an engine and the package busybox-static; throws without.
inline const std::string& test_image() {
    static const std::string name = [] {
        if (std::system(FAMILIAR_SOURCE_DIR "/tests/support/test_image.sh") != 0)
            throw std::runtime_error("the test image could not be made: does DOCKER_HOST name a running engine?");
        return "familiar-test:latest";
    }();
    return name;
}

}  // namespace familiar::test
