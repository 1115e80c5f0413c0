#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace familiar::test {

/// What a server's /metrics says at one moment.
struct metrics_text {
    std::string text{};
    std::map<std::string, double> samples{};     ///< by the whole name, with labels
    std::map<std::string, std::string> types{};  ///< "counter", "gauge", "histogram" by the family's name

    /// A sample; throws if there is none of that name.
    double at(const std::string& name) const;
    /// Whether this sample may only rise: it is a counter's, or counts for a histogram.
    bool only_rises(const std::string& name) const;
};

metrics_text parse_metrics(std::string text);

/// GET /metrics. Throws unless it is answered 200.
metrics_text metrics_of(std::uint16_t port);

/// Looks at one server's /metrics over its life: fails the test where a counter has fallen or is gone, and where the
/// agents that were started are not those that run and those that ended.
class metrics_watch {
public:
    const metrics_text& look(std::uint16_t port);
    std::size_t looks() const { return looks_; }

private:
    metrics_text last_{};
    std::size_t looks_ = 0;
};

}  // namespace familiar::test
