#pragma once

#include "config/section.hpp"
#include "core/secret.hpp"

#include <map>
#include <string>
#include <vector>

/// Secrets of a section. Every secret `x` may also come from a file named by `x_file`, of which one newline at the end
/// is dropped; both together, and a file that is missing, unreadable, empty or larger than 64 KiB, are errors.
namespace familiar::config {

void read_secret(section& from, const std::string& name, core::secret& target);

/// A secret or a list of them, for rotation. None is empty afterwards.
void read_secrets(section& from, const std::string& name, std::vector<core::secret>& target);

/// A mapping of file names to secrets, in which "name_file" gives the secret "name".
void read_secret_files(section& from, const std::string& name, std::map<std::string, core::secret>& target);

}  // namespace familiar::config
