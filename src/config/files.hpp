#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace familiar::config {

/// The content of a small file. errc::not_found if there is none, errc::too_large above `max_bytes`, errc::invalid for
/// what can't be read; each says why in words, without the path.
core::result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace familiar::config
