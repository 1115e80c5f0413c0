#include "observe/health.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>
#include <vector>

namespace familiar::observe {

namespace {

constexpr unsigned ok = 200;
constexpr unsigned unavailable = 503;

/// Why webhooks are refused or soon nothing is answered, the worst first.
std::vector<std::string> reasons_against_ready(const health_snapshot& now) {
    std::vector<std::string> reasons;
    if (now.storage_failure) reasons.push_back("storage is failing: " + *now.storage_failure);
    if (now.draining) reasons.emplace_back("draining: the server is ending");
    if (now.low_disk)
        reasons.emplace_back("low disk: less space is free than storage.min_free_disk, webhooks are refused");
    return reasons;
}

}  // namespace

health_report health(const health_snapshot& now) {
    auto reasons = reasons_against_ready(now);
    if (!now.docker_up) reasons.emplace_back("docker: no engine answers, jobs wait");
    for (const auto& forge : now.forges)
        if (!forge.answers) reasons.push_back(forge.name + ": it does not answer, its jobs wait");
    if (now.no_room && !now.low_disk)
        reasons.emplace_back("low disk: less space is free for agents than storage.min_free_disk, jobs wait");
    if (now.long_queue)
        reasons.push_back("long queue: " + std::to_string(now.queue_length) +
                          " jobs wait, more than concurrency.queue_size");

    const std::string_view status = now.storage_failure ? "failing"
                                    : now.draining      ? "draining"
                                    : reasons.empty()   ? "ok"
                                                        : "degraded";
    boost::json::object checks;
    checks["docker"] = now.docker_up;
    checks["active_agents"] = now.active_agents;
    checks["queue_length"] = now.queue_length;
    for (const auto& forge : now.forges) checks[forge.name] = forge.answers;
    boost::json::array reasons_array;
    for (const auto& reason : reasons) reasons_array.emplace_back(reason);

    boost::json::object body;
    body["status"] = status;
    body["checks"] = std::move(checks);
    body["reasons"] = std::move(reasons_array);
    return {now.storage_failure || now.draining ? unavailable : ok, boost::json::serialize(body)};
}

health_report readyz(const health_snapshot& now) {
    const auto reasons = reasons_against_ready(now);
    if (reasons.empty()) return {ok, "ok\n"};
    std::string body;
    for (const auto& reason : reasons) body += reason + "\n";
    return {unavailable, body};
}

health_report livez() {
    return {ok, "ok\n"};
}

}  // namespace familiar::observe
