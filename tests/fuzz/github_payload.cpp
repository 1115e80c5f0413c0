#include "fuzz/input.hpp"
#include "fuzz/payload_properties.hpp"

#include <array>

/// A body as GitHub's, under each of the names that its header can give it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace familiar;
    const auto body = fuzz::as_text(data, size);
    constexpr std::array names{"pull_request", "issue_comment", "pull_request_review", "pull_request_review_comment",
                               "ping"};
    for (const auto* name : names)
        fuzz::require_sound(event::provider::github, {.id = "a-delivery", .event_name = name}, body);
    return 0;
}
