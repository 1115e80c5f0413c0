#pragma once

#include "core/error.hpp"
#include "docker/types.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What the CLI prints, read without trust: anything odd is errc::invalid or nothing, never an exception.
namespace familiar::docker {

/// One line of `docker container inspect --format '{{json .}}'`.
core::result<container_state> parse_container(std::string_view line);

/// One line of `docker image inspect --format '{{json .}}'`.
core::result<image_info> parse_image(std::string_view line);

/// The container's name in one line of `docker events --format '{{json .}}'`.
std::optional<std::string> parse_event_name(std::string_view line);

/// A JSON string, which must not be empty.
core::result<std::string> parse_string(std::string_view text);

}  // namespace familiar::docker
