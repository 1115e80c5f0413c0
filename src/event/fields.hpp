#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::event {

/// Reads a JSON object that somebody else wrote, field by field, without a branch per field: the first one that does
/// not fit is remembered in `fault` by its path ("pull_request.head.sha"), reading goes on with empty values, and the
/// caller looks at `fault` once, at the end. Text comes out as valid UTF-8. Borrows the object and `fault`.
///
/// What is required is there and not null; for `maybe_` both are an empty value. Any other type does not fit in either.
class fields {
public:
    fields(const boost::json::object& object, std::string& fault) : fields(object, {}, fault) {}

    fields object(std::string_view name) const;
    std::optional<fields> maybe_object(std::string_view name) const;

    std::string text(std::string_view name) const;
    std::string maybe_text(std::string_view name) const;

    std::int64_t number(std::string_view name) const;
    std::int64_t maybe_number(std::string_view name) const;

    bool flag(std::string_view name) const;
    bool maybe_flag(std::string_view name) const;

    /// Says that the value of `name` does not fit, for a reason that only the caller knows.
    void reject(std::string_view name) const;

private:
    fields(const boost::json::object& object, std::string prefix, std::string& fault)
        : object_(&object), prefix_(std::move(prefix)), fault_(&fault) {}

    const boost::json::value* find(std::string_view name) const;
    fields inside(const boost::json::object& object, std::string_view name) const;

    const boost::json::object* object_;
    std::string prefix_;
    std::string* fault_;
};

}  // namespace familiar::event
