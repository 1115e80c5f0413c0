#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "docker/types.hpp"
#include "event/event.hpp"
#include "provider/forge.hpp"

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <vector>

/// What an agent gets to send to its forge, and the files below /familiar/secrets from which git, `gh` and `glab` read
/// it. It is nowhere else: in no variable, argument or URL, and in no repository's configuration.
namespace familiar::agent {

/// How far an agent's credentials go; none: it gets none. To write, if it may do anything at all to a merge request
/// that is known to come from the repository itself. Else to read, if the forge makes credentials that can do no more
/// (`narrows`): a configured token can do whatever it can do. Pure.
std::optional<provider::access> credential_access(const event::actions& may, event::origin head_from, bool narrows);

/// The token of the configuration, with the user name that goes with it; without a token if there is none.
provider::credential configured_credential(const config::providers_settings& providers, event::provider forge);

/// A file of this name below /familiar/secrets.
struct credential_file {
    std::filesystem::path name;
    core::secret text;
    mode_t mode = 0400;
};

/// git_username and git_password, and what `gh` or `glab` keep such things in. Pure.
std::vector<credential_file> credential_files(const config::providers_settings& providers, event::provider forge,
                                              const provider::credential& credential);

/// Tells `gh` or `glab` where those files are. Names of folders and hosts, nothing secret. Pure.
std::vector<docker::environment_variable> forge_tool_variables(const config::providers_settings& providers,
                                                               event::provider forge);

/// Writes the files, each of them renamed into place at once, so that nobody ever reads half of one; one that takes the
/// place of another has its owner. Errors as for write_new_file. Blocks.
core::result<void> put_credentials(const std::filesystem::path& secrets, const std::vector<credential_file>& files);

/// Writes down, or reads, how far the credentials of a job go whose forge can make them anew. In a file that the agent
/// does not see; none if there is no such note.
core::result<void> note_access(const std::filesystem::path& familiar, provider::access granted);
std::optional<provider::access> noted_access(const std::filesystem::path& familiar);

}  // namespace familiar::agent
