#include "app/status.hpp"

namespace familiar::app {

observe::health_snapshot snapshot(const status& now, const job::dispatcher& jobs, std::size_t queue_size) {
    observe::health_snapshot taken;
    taken.docker_up = now.gates.engine.open();
    for (const auto forge : now.forges)
        taken.forges.push_back({std::string(to_text(forge)), now.gates.of(forge).open()});
    taken.active_agents = jobs.active();
    taken.queue_length = jobs.queued();
    taken.long_queue = jobs.queued() > queue_size;
    taken.low_disk = now.low_disk;
    taken.no_room = !now.gates.disk.open();
    taken.storage_failure = now.storage_failure;
    taken.draining = now.draining;
    return taken;
}

}  // namespace familiar::app
