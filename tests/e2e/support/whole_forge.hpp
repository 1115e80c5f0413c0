#pragma once

#include "e2e/support/configuration.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/webhook.hpp"
#include "support/api_forge.hpp"

#include <string>
#include <vector>

namespace familiar::test {

/// A forge with both of its sides, git and the REST APIs, which speak of the same merge requests; and what it sends.
/// ada is the author and grace looks after the repositories: both may write there. mallory has an account.
class whole_forge : public test_forge {
public:
    /// On an address of this machine.
    explicit whole_forge(const std::string& address = "127.0.0.1");

    /// Whose token the server has; not the name by which people call it.
    static constexpr auto bot = "robby";

    /// What a server is told so that it asks the APIs.
    configuration::entries configured(const configuration::entries& changes = {}) const;

    merge_request open(const files& changes = {{"lib/spin.txt", "Spin.\n"}}, api_request what = {});
    /// mallory's, from a fork.
    merge_request open_from_fork();
    /// Somebody pushes, and the forge knows.
    void push(merge_request& to, const files& changes = {{"lib/spin.txt", "Spin faster.\n"}});
    /// The bot has pushed, and the forge knows.
    void follow(merge_request& pushed);

    /// "github" or "gitlab" tells of it.
    webhook opened(const std::string& forge, const merge_request& about) const;
    webhook updated(const std::string& forge, const merge_request& about) const;
    webhook closed(const std::string& forge, const merge_request& about) const;

    /// Somebody comments, and the forge tells of it.
    struct told {
        std::int64_t comment;
        webhook hook;
    };
    told comment(const std::string& forge, const merge_request& about, const std::string& author,
                 const std::string& text, api_place where = api_place::conversation);

    std::vector<api_comment> answers(const merge_request& about) const {
        return api.comments_by(bot, about.path, about.number);
    }
    /// Waits until the bot has written so many comments with this text in them.
    std::vector<api_comment> wait_for_answers(const merge_request& about, std::size_t count,
                                              const std::string& text) const;
    /// The states that were set at a commit, in their order; in GitLab's words queued and running are two.
    std::vector<std::string> states(const merge_request& about, const std::string& commit) const;
    /// Waits until the last of them is this one.
    void wait_for_status(const merge_request& about, const std::string& commit, const std::string& state) const;

    api_forge api;

private:
    merge_request known(merge_request made, api_request what);
    webhook about_request(const std::string& forge, const std::string& at_github, const std::string& at_gitlab,
                          const merge_request& about) const;
};

}  // namespace familiar::test
