#pragma once

#include <string_view>

namespace familiar::app {

/// The version of this build, as in CMakeLists.txt.
extern const std::string_view version;

}  // namespace familiar::app
