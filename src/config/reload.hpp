#pragma once

#include "config/settings.hpp"

#include <string>
#include <vector>

/// What a configuration that was read again changes in a server that runs.
namespace familiar::config {

/// When a change of a key is felt.
enum class effect { at_once, at_restart };

/// One key and how it may change.
struct changeable {
    const char* key;  ///< dotted, as known_keys() has it
    effect felt;
    bool (*same)(const settings& one, const settings& other);
    void (*copy)(const settings& from, settings& to);
};

/// Every key there is, in the order of the file. The only place that knows which of them need a restart: what the
/// server has bound, locked or proved when it started.
const std::vector<changeable>& changeables();

struct reload {
    settings values;                           ///< as they were read, but for what needs a restart: that is as it was
    std::vector<std::string> changed{};        ///< the keys that are another now
    std::vector<std::string> needs_restart{};  ///< the keys that would be; a section ("providers.github") for all of it
};

/// `read` as far as it can take the place of `in_force`. A provider whose route there is not since it was off at the
/// start, or that would be off from now on, stays as it was altogether.
reload reloaded(const settings& in_force, settings read);

}  // namespace familiar::config
