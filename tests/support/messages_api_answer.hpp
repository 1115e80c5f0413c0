#pragma once

#include "support/messages_api.hpp"

/// The inside of messages_api: turns as the API sends them.
namespace familiar::test {

/// Sends what the model says to this call, as events or at once, or what goes wrong. False if the connection is not to
/// be used any more.
bool send_turn(peer& client, const messages_call& call, const messages_turn& turn);

}  // namespace familiar::test
