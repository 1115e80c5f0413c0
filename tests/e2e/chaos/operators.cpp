#include "e2e/chaos/operators.hpp"

#include "e2e/support/http.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <stdexcept>

namespace familiar::test::chaos {

namespace {

constexpr std::chrono::seconds patience{10};

answer ask(std::uint16_t port, const std::string& method, const std::string& path) {
    return request(port, method, path, {{"Authorization", std::string("Bearer ") + operators::token}}, {}, patience);
}

}  // namespace

void operators::play(const std::vector<order>& plan) {
    for (const auto& one : plan) {
        time_.wait_until(one.at);
        try {
            give(one);
        } catch (const std::exception&) {
            // No server: nobody was promised anything.
        }
    }
}

void operators::give(const order& plan) {
    const auto list = ask(port_, "GET", "/api/jobs?limit=12");
    if (list.status != 200) return;
    const auto page = list.json();
    const auto& jobs = page.at("jobs").as_array();
    if (plan.which >= jobs.size()) return;
    const std::string job(jobs.at(plan.which).at("id").as_string());
    const auto said = ask(port_, "POST", "/api/jobs/" + job + (plan.retry ? "/retry" : "/cancel"));
    time_.tell((plan.retry ? "retry of job " : "cancellation of job ") + job + ": " + std::to_string(said.status));
    if (said.status == 202) granted_.push_back({job, plan.retry ? said.field("id") : std::string(), core::now()});
}

}  // namespace familiar::test::chaos
