#include "e2e/support/metrics_text.hpp"

#include "e2e/support/http.hpp"
#include "support/unit_test.hpp"

#include <sstream>
#include <stdexcept>
#include <utility>

namespace familiar::test {

namespace {

/// The suffix of one of a histogram's series, taken off; the name itself if it has none.
std::string family_of_series(const std::string& name) {
    for (const std::string suffix : {"_bucket", "_count", "_sum"})
        if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
    return name;
}

void check_agents(const metrics_text& now) {
    double ended = 0;
    for (const auto* end : {"completed", "failed", "timed_out", "cancelled", "interrupted"})
        ended += now.at("familiar_agents_" + std::string(end) + "_total");
    BOOST_TEST(now.at("familiar_agents_spawned_total") == now.at("familiar_active_agents") + ended);
}

}  // namespace

double metrics_text::at(const std::string& name) const {
    const auto found = samples.find(name);
    if (found == samples.end()) throw std::runtime_error("/metrics has no " + name);
    return found->second;
}

bool metrics_text::only_rises(const std::string& name) const {
    const auto plain = name.substr(0, name.find('{'));
    if (const auto own = types.find(plain); own != types.end()) return own->second == "counter";
    const auto whole = types.find(family_of_series(plain));
    return whole != types.end() && whole->second == "histogram";
}

metrics_text parse_metrics(std::string text) {
    metrics_text parsed;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ")) {
            std::istringstream words(line.substr(7));
            std::string name;
            words >> name >> parsed.types[name];
        } else if (!line.empty() && !line.starts_with('#')) {
            const auto blank = line.rfind(' ');
            parsed.samples[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
        }
    }
    parsed.text = std::move(text);
    return parsed;
}

metrics_text metrics_of(std::uint16_t port) {
    const auto given = request(port, "GET", "/metrics");
    if (given.status != 200) throw std::runtime_error("/metrics is answered " + std::to_string(given.status));
    return parse_metrics(given.body);
}

const metrics_text& metrics_watch::look(std::uint16_t port) {
    auto now = metrics_of(port);
    for (const auto& [name, value] : last_.samples) {
        if (!last_.only_rises(name)) continue;
        const auto found = now.samples.find(name);
        BOOST_CHECK_MESSAGE(found != now.samples.end(), name << " is gone");
        if (found != now.samples.end())
            BOOST_CHECK_MESSAGE(found->second >= value,
                                name << " has fallen from " << value << " to " << found->second);
    }
    check_agents(now);
    last_ = std::move(now);
    ++looks_;
    return last_;
}

}  // namespace familiar::test
