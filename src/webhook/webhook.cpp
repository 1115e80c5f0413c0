#include "webhook/webhook.hpp"

#include "webhook/github.hpp"
#include "webhook/gitlab.hpp"

namespace familiar::webhook {

core::result<void> verify(event::provider forge, const keys& known, const request& incoming) {
    return forge == event::provider::github ? github::verify(known, incoming) : gitlab::verify(known, incoming);
}

delivery identify(event::provider forge, const request& incoming) {
    return forge == event::provider::github ? github::identify(incoming) : gitlab::identify(incoming);
}

parsed parse(event::provider forge, const delivery& origin, std::string_view body) {
    return forge == event::provider::github ? github::parse(origin, body) : gitlab::parse(origin, body);
}

}  // namespace familiar::webhook
