#pragma once

#include <string>

namespace familiar::observe {

/// The figures of this process under the names that all Prometheus client libraries give them, as Prometheus text:
/// process_resident_memory_bytes, process_open_fds, process_cpu_seconds_total, process_start_time_seconds. One that
/// /proc does not tell is left out.
std::string render_process_stats();

}  // namespace familiar::observe
