#pragma once

#include "e2e/chaos/evidence.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/chaos/timeline.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace familiar::test::chaos {

/// People who look at the newest jobs through the API and cancel or retry one now and then.
class operators {
public:
    static constexpr auto token = "only-operators-know-this";

    operators(timeline& time, std::uint16_t port) : time_(time), port_(port) {}

    void play(const std::vector<order>& plan);

    /// What the server has granted.
    const std::vector<granted>& orders() const { return granted_; }

private:
    void give(const order& plan);

    timeline& time_;
    std::uint16_t port_;
    std::vector<granted> granted_;
};

}  // namespace familiar::test::chaos
