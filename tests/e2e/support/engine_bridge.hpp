#pragma once

#include <string>

namespace familiar::test {

/// A bridge in the network of this thread, which a private dockerd starts with (cmake/engine_bridge.sh says why). It is
/// gone when this object is, and soon after this process is killed. Needs root; a failure to make it throws.
class engine_bridge {
public:
    /// At most 15 characters, which no link has.
    explicit engine_bridge(std::string name);
    ~engine_bridge();
    engine_bridge(const engine_bridge&) = delete;
    engine_bridge& operator=(const engine_bridge&) = delete;

    const std::string& name() const { return name_; }

private:
    std::string name_;
    int held_ = -1;  ///< a pipe: its end is the bridge's
};

}  // namespace familiar::test
