#pragma once

#include "support/temporary_directory.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace familiar::test {

/// Debian's prometheus, which scrapes one server every second while this object lives. Throws if it does not start.
class prometheus {
public:
    explicit prometheus(std::uint16_t scraped);
    ~prometheus();
    prometheus(const prometheus&) = delete;
    prometheus& operator=(const prometheus&) = delete;

    /// What it tells of the server as a target: {"health":"up","lastError":"",...}. Nothing before it knows of any.
    std::optional<boost::json::object> target() const;
    /// The value of an instant query that yields one series; nothing if it yields none.
    std::optional<double> value(const std::string& query) const;
    /// What it has printed.
    std::string log() const;

private:
    /// The field "data" of an answer of its API.
    boost::json::value data(const std::string& path) const;

    temporary_directory folder_;
    std::uint16_t port_;
    pid_t process_ = 0;
};

}  // namespace familiar::test
