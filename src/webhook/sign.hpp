#pragma once

#include "webhook/webhook.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace familiar::webhook {

/// The headers with which the forge would send this delivery: its id, its event and what `verify` asks for, made with
/// the first secret of `known`. errc::invalid if there is none, or if a signing token is not "whsec_" and base 64.
core::result<std::vector<std::pair<std::string, std::string>>> sign(event::provider forge, const keys& known,
                                                                    const delivery& what, std::string_view body,
                                                                    core::wall_time now);

}  // namespace familiar::webhook
