#pragma once

#include "e2e/chaos/evidence.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/chaos/timeline.hpp"
#include "e2e/support/webhook.hpp"
#include "support/git_forge.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace familiar::test::chaos {

/// The people at the forge and the forge that tells the server of what they do: as GitHub does it, with ten seconds'
/// patience for an answer. Keeps what the server has said.
class traffic {
public:
    /// Makes the repositories; half of them belong to GitHub and half to GitLab. `port`: of the server.
    traffic(const schedule& plan, timeline& time, git_forge& forge, std::uint16_t port);

    /// Lets everything happen, over several connections at once; returns after the last of it.
    void play();

    /// What was posted, in the order of the answers.
    std::vector<post> posts() const;

private:
    /// Something that has happened, and the deliveries that tell of it.
    struct announcement {
        const happening* what = nullptr;
        std::size_t index = 0;
        webhook hook{};
        std::string meaning{};
        std::string words{};
        int resends = 0;
    };
    struct task {
        std::shared_ptr<announcement> about{};
        std::string delivery{};  ///< what is posted; empty before it has happened
    };

    void make_requests();
    void work();
    bool take(task& next);
    void add(milliseconds at, task what);
    void happen(const task& what);
    void prepare(announcement& about);
    void push(merge_request& to, std::size_t index);
    void tell(const task& what);

    const schedule& plan_;
    timeline& time_;
    git_forge& forge_;
    const std::uint16_t port_;

    std::mutex world_;  ///< of the repositories and of requests_
    std::vector<merge_request> requests_;

    mutable std::mutex mutex_;  ///< of what follows
    std::condition_variable changed_;
    std::multimap<milliseconds, task> tasks_;
    std::size_t busy_ = 0;
    std::vector<post> posts_;
};

}  // namespace familiar::test::chaos
