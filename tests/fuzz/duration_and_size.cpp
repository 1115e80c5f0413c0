#include "config/size.hpp"
#include "core/time.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

/// What can be read is printed in one form, which reads back as the same: durations, sizes, and times.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace familiar;
    using fuzz::require;
    const auto text = fuzz::as_text(data, size);

    if (const auto duration = core::parse_duration(text)) {
        require(duration->count() >= 0, "a duration is not negative");
        require(core::parse_duration(core::to_text(*duration)) == duration,
                "a printed duration reads back as the same");
    }
    if (const auto bytes = config::parse_size(text))
        require(config::parse_size(config::size_to_text(*bytes)) == bytes, "a printed size reads back as the same");
    if (const auto time = core::parse_time(text)) {
        require(core::parse_time(core::to_rfc3339(*time)) == time, "a printed time reads back as the same");
        const auto stamp = core::to_file_stamp(*time);
        require(stamp.size() == 16, "a time in a file's name has one length");
    }
    return 0;
}
