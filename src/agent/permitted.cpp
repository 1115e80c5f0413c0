#include "agent/permitted.hpp"

#include <algorithm>

namespace familiar::agent {

namespace {

bool may(config::action_policy policy, bool asked_for) {
    return policy == config::action_policy::always || (policy == config::action_policy::on_request && asked_for);
}

}  // namespace

event::actions permitted(const config::permissions_settings& configured, const assignment& what) {
    const auto asked_for = [&](bool event::actions::* action) {
        return std::ranges::any_of(what.wishes, [&](const event::wish& wish) { return wish.wanted.*action; });
    };
    const bool own_branch = what.subject.request.head_origin == event::origin::same_repository;
    return {.push_commits = own_branch && may(configured.push_commits, asked_for(&event::actions::push_commits)),
            .merge = may(configured.merge, asked_for(&event::actions::merge)),
            .approve = may(configured.approve, asked_for(&event::actions::approve)),
            .dismiss_reviews = may(configured.dismiss_reviews, asked_for(&event::actions::dismiss_reviews))};
}

}  // namespace familiar::agent
