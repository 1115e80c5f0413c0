#include "fuzz/input.hpp"
#include "fuzz/payload_properties.hpp"

#include <boost/json/parse.hpp>

/// An event as the journal keeps it, in a database that something else has written to.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace familiar;
    boost::system::error_code failed;
    const auto value = boost::json::parse(fuzz::as_text(data, size), failed);
    if (failed || !value.is_object()) return 0;
    const auto event = event::from_json(value.get_object());
    if (event)
        fuzz::require_same_when_read_back(*event);
    else
        fuzz::require(!event.error().message.empty(), "what is refused has a reason");
    return 0;
}
