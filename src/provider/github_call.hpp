#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "event/fields.hpp"
#include "provider/rest.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <utility>

/// How GitHub is asked, and how its answers are read.
namespace familiar::provider {

/// The call with `url`, which is below the API's root ("/user"), made whole, and the headers that version 2022-11-28
/// wants, with the token among them.
rest::call github_call(const config::github_settings& settings, rest::call call, const core::secret& token);

/// "/repos/owner/name", encoded.
std::string repository_path(const std::string& path);

/// The URL of a listing with the largest pages that there are.
std::string by_hundreds(std::string url);

/// What `reader(event::fields)` makes of an answer that is an object. errc::invalid, naming the field, for one that is
/// not, or not of the documented shape.
template <class T, class Reader>
core::result<T> read_object(const std::string& what, const boost::json::value& answer, Reader reader) {
    const auto* object = answer.if_object();
    if (object == nullptr) return core::fail(core::errc::invalid, what + ": the answer is no object");
    std::string fault;
    T value = reader(event::fields(*object, fault));
    if (!fault.empty()) return core::fail(core::errc::invalid, what + ": not the documented shape: " + fault);
    return value;
}

}  // namespace familiar::provider
