#include "fuzz/input.hpp"
#include "fuzz/payload_properties.hpp"

/// A body as GitLab's, which says itself what it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace familiar;
    const webhook::delivery origin{.id = "a-delivery", .event_name = "System Hook"};
    fuzz::require_sound(event::provider::gitlab, origin, fuzz::as_text(data, size));
    return 0;
}
