#pragma once

#include "e2e/support/webhook.hpp"
#include "support/git_forge.hpp"

namespace familiar::test {

/// A forge that the server can clone from and push to, with as many merge requests as a test wants, each in a
/// repository of its own.
class test_forge : public git_forge {
public:
    explicit test_forge(std::string address = "127.0.0.1") : git_forge(std::move(address)) {
        let_in("x-access-token");
        let_in("oauth2");
    }

    merge_request open(const files& changes = {{"lib/spin.txt", "Spin.\n"}}, const std::string& group = "acme") {
        merge_request made;
        made.path = group + "/widgets-" + std::to_string(++opened_);
        made.head = create_with_merge_request(made.path, made.number, made.branch, changes);
        return made;
    }

    /// One more in the same repository.
    merge_request open_beside(const merge_request& first, const files& changes = {{"lib/spin.txt", "Spin.\n"}}) {
        auto made = first;
        made.number = first.number + ++opened_;
        made.branch = "spin-" + std::to_string(made.number);
        made.head = commit(made.path, "refs/heads/" + made.branch, changes, "refs/heads/main");
        point_requests_at_branch(made);
        return made;
    }

    std::string branch_tip(const merge_request& of) const { return tip(of.path, "refs/heads/" + of.branch); }

    /// Somebody pushes to the merge request.
    void push(merge_request& to, const files& changes) {
        const auto branch = "refs/heads/" + to.branch;
        to.head = commit(to.path, branch, changes, branch);
        point_requests_at_branch(to);
    }

    /// What a forge does by itself after a push: the merge request's own refs follow the branch.
    void point_requests_at_branch(const merge_request& of) {
        const auto number = std::to_string(of.number);
        set_ref(of.path, "refs/pull/" + number + "/head", branch_tip(of));
        set_ref(of.path, "refs/merge-requests/" + number + "/head", branch_tip(of));
    }

private:
    int opened_ = 0;
};

}  // namespace familiar::test
