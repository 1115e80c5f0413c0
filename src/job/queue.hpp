#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace familiar::job {

/// A job that waits.
struct waiting_job {
    std::string id;
    std::string repository;     ///< "github/acme/app": fairness is among these
    std::string merge_request;  ///< "github/acme/app#7": one agent at a time
    core::wall_time created{};
    core::wall_time waiting_since{};              ///< its place; the id decides among equals
    std::optional<core::wall_time> not_before{};  ///< end of a quiet window or a backoff
};

/// Why a job is not running yet.
enum class obstacle {
    none,           ///< it is next, as soon as there is a slot
    not_due,        ///< its quiet window or its backoff
    forge,          ///< its forge is closed
    merge_request,  ///< another agent works on its merge request
};

/// Which of the waiting jobs runs next: decisions without I/O and without a clock of its own. Every operation costs
/// logarithmically in the number of jobs that wait, so that a hundred thousand of them are no trouble.
///
/// A job may run when it is due, its forge is open and no agent works on its merge request. Among repositories that
/// have such jobs the one with the fewest running agents is next, and among those the one that was served longest ago;
/// within it, the job that has waited longest.
///
/// A repository that was ever served is remembered for as long as the queue lives (its name and a few numbers); merge
/// requests and jobs are forgotten when they have nothing waiting and no agent.
class queue {
public:
    queue() = default;
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;

    /// Adds a job, or moves the one of that id.
    void add(waiting_job job);

    /// False if it does not wait here.
    bool remove(const std::string& id);

    bool contains(const std::string& id) const;

    /// The next job, taken out; its merge request is occupied from now on. None if none may run.
    std::optional<waiting_job> take(core::wall_time now);

    /// Jobs of a closed forge are not given out. `forge` is what the names of its repositories begin with ("github");
    /// all are open at first.
    void set_open(std::string_view forge, bool open);

    /// An agent works on this merge request though take() did not give it out (it was adopted). It counts among the
    /// running agents of its repository, and not as a turn of it.
    void occupy(const std::string& repository, const std::string& merge_request);

    /// That agent has ended. Every take() and occupy() is matched by one of these; one too many changes nothing.
    void release(const std::string& repository, const std::string& merge_request);

    /// When a job becomes due by time alone; none if no job waits for that. For when take() gave none.
    std::optional<core::wall_time> next_due() const;

    /// Takes out the jobs that were created before `limit`, the oldest first.
    std::vector<waiting_job> take_created_before(core::wall_time limit);

    /// When the oldest job was created.
    std::optional<core::wall_time> oldest() const;

    /// Why this job does not run now, slots aside; nothing if it does not wait here.
    std::optional<obstacle> why_waiting(const std::string& id, core::wall_time now) const;

    std::size_t size() const noexcept { return jobs_.size(); }

private:
    struct job;
    struct request;
    struct repository;

    /// The orders that things are kept in. Each element of such a set is taken out before what its place depends on
    /// changes.
    struct longest_waiting {
        bool operator()(const job* left, const job* right) const noexcept;
    };
    struct oldest_first {
        bool operator()(const job* left, const job* right) const noexcept;
    };
    struct soonest_due {
        bool operator()(const job* left, const job* right) const noexcept;
    };
    struct longest_waiting_job {
        bool operator()(const request* left, const request* right) const noexcept;
    };
    struct least_served {
        bool operator()(const repository* left, const repository* right) const noexcept;
    };

    struct job {
        std::string_view id;  ///< its key in jobs_
        request* of = nullptr;
        core::wall_time created{};
        core::wall_time waiting_since{};
        std::optional<core::wall_time> not_before{};
        bool due = false;  ///< in of->due if so, else in not_due_
    };

    struct request {
        std::string_view name;  ///< its key in requests_
        repository* in = nullptr;
        std::size_t jobs = 0;    ///< that wait, due or not
        std::size_t agents = 0;  ///< that work on it
        std::set<job*, longest_waiting> due{};

        bool may_run() const noexcept { return agents == 0 && !due.empty(); }
    };

    struct lane;

    struct repository {
        std::string_view name;  ///< its key in repositories_
        lane* of = nullptr;
        std::size_t agents = 0;
        std::uint64_t served = 0;                         ///< when, counted in turns of all repositories; 0: never
        std::set<request*, longest_waiting_job> ready{};  ///< those that may run
    };

    /// The repositories of one forge.
    struct lane {
        bool open = true;
        std::set<repository*, least_served> ready{};  ///< those with a merge request that may run
    };

    lane& lane_of(std::string_view repository_name);
    lane* next_lane();
    request& request_of(const std::string& repository_name, const std::string& name);
    void come_due(core::wall_time now);
    waiting_job take_out(job& found);
    template <class Change>
    void reorder(request& changing, Change change);
    void forget_if_idle(request& idle);

    std::unordered_map<std::string, job> jobs_;
    std::unordered_map<std::string, request> requests_;
    std::unordered_map<std::string, repository> repositories_;
    std::set<job*, soonest_due> not_due_;
    std::set<job*, oldest_first> created_;
    std::map<std::string, lane, std::less<>> lanes_;  ///< by forge
    std::uint64_t turns_ = 0;
};

}  // namespace familiar::job
