#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string_view>

namespace familiar::webhook {

struct field;

/// Which members of a JSON object are read. Borrows a constant array.
class selection {
public:
    constexpr selection() = default;

    template <std::size_t count>
    constexpr selection(const field (&fields)[count]) : fields_(fields), count_(count) {}

    /// None if that member is not read.
    const field* find(std::string_view name) const;

private:
    const field* fields_ = nullptr;
    std::size_t count_ = 0;
};

/// A member that is read. If it is an object, `inside` says what is read of that.
struct field {
    std::string_view name;
    selection inside{};
};

/// The JSON value in `text`, its objects with the members that are wanted and no others, its arrays empty: what nobody
/// reads is held to the same grammar, and costs a third of what it takes to build it. `failed` has what Boost.JSON says
/// of a text that is no JSON or nests deeper than `deepest`; the value is null then. Bytes that are no UTF-8 are let
/// pass. Of a key that stands twice the last one counts.
boost::json::value read_selected(std::string_view text, selection wanted, std::size_t deepest,
                                 boost::json::storage_ptr storage, boost::system::error_code& failed);

}  // namespace familiar::webhook
