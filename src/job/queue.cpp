#include "job/queue.hpp"

#include <tuple>
#include <utility>

namespace familiar::job {

bool queue::longest_waiting::operator()(const job* left, const job* right) const noexcept {
    return std::tie(left->waiting_since, left->id) < std::tie(right->waiting_since, right->id);
}

bool queue::oldest_first::operator()(const job* left, const job* right) const noexcept {
    return std::tie(left->created, left->id) < std::tie(right->created, right->id);
}

bool queue::soonest_due::operator()(const job* left, const job* right) const noexcept {
    return std::tie(*left->not_before, left->id) < std::tie(*right->not_before, right->id);
}

bool queue::longest_waiting_job::operator()(const request* left, const request* right) const noexcept {
    return longest_waiting()(*left->due.begin(), *right->due.begin());
}

bool queue::least_served::operator()(const repository* left, const repository* right) const noexcept {
    return std::tie(left->agents, left->served, left->name) < std::tie(right->agents, right->served, right->name);
}

void queue::add(waiting_job added) {
    remove(added.id);
    auto& of = request_of(added.repository, added.merge_request);
    const auto at = jobs_.try_emplace(std::move(added.id)).first;
    auto& job = at->second;
    job.id = at->first;
    job.of = &of;
    job.created = added.created;
    job.waiting_since = added.waiting_since;
    job.not_before = added.not_before;
    job.due = !added.not_before;

    created_.insert(&job);
    ++of.jobs;
    if (job.due) {
        reorder(of, [&] { of.due.insert(&job); });
    } else {
        not_due_.insert(&job);
    }
}

bool queue::remove(const std::string& id) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return false;
    take_out(found->second);
    return true;
}

bool queue::contains(const std::string& id) const {
    return jobs_.contains(id);
}

std::optional<waiting_job> queue::take(core::wall_time now) {
    come_due(now);
    auto* const open = next_lane();
    if (open == nullptr) return std::nullopt;
    auto& from = **open->ready.begin();
    auto& next = **from.ready.begin();
    auto& first = **next.due.begin();
    reorder(next, [&] {
        ++next.agents;
        ++from.agents;
        from.served = ++turns_;
    });
    return take_out(first);
}

void queue::set_open(std::string_view forge, bool open) {
    lane_of(forge).open = open;
}

void queue::occupy(const std::string& repository, const std::string& merge_request) {
    auto& of = request_of(repository, merge_request);
    reorder(of, [&] {
        ++of.agents;
        ++of.in->agents;
    });
}

void queue::release(const std::string& /*repository*/, const std::string& merge_request) {
    const auto found = requests_.find(merge_request);
    if (found == requests_.end() || found->second.agents == 0) return;
    auto& of = found->second;
    reorder(of, [&] {
        --of.agents;
        --of.in->agents;
    });
    forget_if_idle(of);
}

std::optional<core::wall_time> queue::next_due() const {
    if (not_due_.empty()) return std::nullopt;
    return (*not_due_.begin())->not_before;
}

std::vector<waiting_job> queue::take_created_before(core::wall_time limit) {
    std::vector<waiting_job> taken;
    while (!created_.empty() && (*created_.begin())->created < limit) taken.push_back(take_out(**created_.begin()));
    return taken;
}

std::optional<core::wall_time> queue::oldest() const {
    if (created_.empty()) return std::nullopt;
    return (*created_.begin())->created;
}

std::optional<obstacle> queue::why_waiting(const std::string& id, core::wall_time now) const {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return std::nullopt;
    const auto& job = found->second;
    if (!job.due && *job.not_before > now) return obstacle::not_due;
    if (job.of->agents > 0) return obstacle::merge_request;
    return job.of->in->of->open ? obstacle::none : obstacle::forge;
}

queue::lane& queue::lane_of(std::string_view repository_name) {
    const auto forge = repository_name.substr(0, repository_name.find('/'));
    const auto found = lanes_.find(forge);
    return found != lanes_.end() ? found->second : lanes_[std::string(forge)];
}

/// The open one whose first repository is the next of all.
queue::lane* queue::next_lane() {
    lane* next = nullptr;
    for (auto& [forge, one] : lanes_) {
        if (!one.open || one.ready.empty()) continue;
        if (next == nullptr || least_served()(*one.ready.begin(), *next->ready.begin())) next = &one;
    }
    return next;
}

queue::request& queue::request_of(const std::string& repository_name, const std::string& name) {
    const auto [at, is_new] = requests_.try_emplace(name);
    if (is_new) {
        const auto in = repositories_.try_emplace(repository_name).first;
        in->second.name = in->first;
        in->second.of = &lane_of(in->first);
        at->second.name = at->first;
        at->second.in = &in->second;
    }
    return at->second;
}

/// Every job comes due once, so that the loop costs no call more than its share.
void queue::come_due(core::wall_time now) {
    while (!not_due_.empty() && *(*not_due_.begin())->not_before <= now) {
        auto& job = **not_due_.begin();
        not_due_.erase(not_due_.begin());
        job.due = true;
        reorder(*job.of, [&] { job.of->due.insert(&job); });
    }
}

waiting_job queue::take_out(job& found) {
    auto& of = *found.of;
    created_.erase(&found);
    if (found.due) {
        reorder(of, [&] { of.due.erase(&found); });
    } else {
        not_due_.erase(&found);
    }
    --of.jobs;

    auto node = jobs_.extract(std::string(found.id));
    waiting_job taken{.id = std::move(node.key()),
                      .repository = std::string(of.in->name),
                      .merge_request = std::string(of.name),
                      .created = found.created,
                      .waiting_since = found.waiting_since,
                      .not_before = found.not_before};
    forget_if_idle(of);
    return taken;
}

/// Makes a change that the place of a merge request or of its repository may depend on.
template <class Change>
void queue::reorder(request& changing, Change change) {
    auto& in = *changing.in;
    if (!in.ready.empty()) in.of->ready.erase(&in);
    if (changing.may_run()) in.ready.erase(&changing);
    change();
    if (changing.may_run()) in.ready.insert(&changing);
    if (!in.ready.empty()) in.of->ready.insert(&in);
}

void queue::forget_if_idle(request& idle) {
    if (idle.jobs == 0 && idle.agents == 0) requests_.erase(std::string(idle.name));
}

}  // namespace familiar::job
