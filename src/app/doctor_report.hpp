#pragma once

#include <boost/json/array.hpp>

#include <string>
#include <string_view>
#include <vector>

/// What `familiar doctor` prints. Pure.
namespace familiar::app::checkup {

enum class verdict {
    ok,
    warn,  ///< it runs like this, but somebody should know
    fail,  ///< the server does not start, or jobs fail
    skip,  ///< not looked at, since another check failed or there is nothing to look at
};

/// What a check found.
struct finding {
    verdict is = verdict::ok;
    std::string detail{};  ///< what is so
    std::string hint{};    ///< what to do about it
};

/// Most checks have one.
using findings = std::vector<finding>;

inline findings ok(std::string detail) {
    return {{verdict::ok, std::move(detail), {}}};
}
inline findings warn(std::string detail, std::string hint) {
    return {{verdict::warn, std::move(detail), std::move(hint)}};
}
inline findings fail(std::string detail, std::string hint) {
    return {{verdict::fail, std::move(detail), std::move(hint)}};
}
inline findings skip(std::string why) {
    return {{verdict::skip, std::move(why), {}}};
}

/// One finding of one check: a line of the report.
struct entry {
    std::string check;
    finding found;
};

/// "fail  agents.image: no such image; build it", without secrets and control characters.
std::string to_line(const entry& one);

/// "12 ok, 1 warning, 2 failures, 3 skipped".
std::string summary(const std::vector<entry>& report);

/// [{check, status, detail, hint}], likewise without secrets; a hint that there is none is "".
boost::json::array to_json(const std::vector<entry>& report);

/// True if a finding is a failure.
bool has_failed(const std::vector<entry>& report);

}  // namespace familiar::app::checkup
