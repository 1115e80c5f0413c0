#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace familiar::observe {

/// Something outside that jobs need, besides the engine.
struct dependency {
    std::string name;  ///< "github"
    bool answers = true;
};

/// What the background tasks know at this moment; answering a health poll asks nobody anything.
struct health_snapshot {
    bool docker_up = false;
    std::vector<dependency> forges{};  ///< those that are served
    std::size_t active_agents = 0;
    std::size_t queue_length = 0;
    bool long_queue = false;  ///< queue_length is above concurrency.queue_size
    bool low_disk = false;    ///< less than storage.min_free_disk is free: webhooks are refused until it is not
    bool no_room = false;     ///< the same where agents work: none is started until it is not
    std::optional<std::string> storage_failure{};  ///< why deliveries cannot be written down; shown to the client
    bool draining = false;
};

struct health_report {
    unsigned status = 200;
    std::string body;
};

/// GET /health: `{"status":...,"checks":{...},"reasons":[...]}`. Failing beats draining beats degraded beats ok; the
/// first two are 503. The reasons name everything that holds, the worst first.
health_report health(const health_snapshot& now);

/// GET /readyz, text: 503 with the reasons, one a line, while webhooks are refused or the server is ending (draining,
/// storage failing, low disk). A missing Docker engine leaves it 200: jobs wait.
health_report readyz(const health_snapshot& now);

/// GET /livez, text: that it answers is the answer. Nothing in the snapshot is mended by a restart that would end
/// running agents, so it is always 200.
health_report livez();

}  // namespace familiar::observe
