#include "e2e/chaos/traffic.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace familiar::test::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;  // docs.github.com, "Best practices for using webhooks"
constexpr std::size_t connections = 8;
constexpr int most_resends = 5;

/// What a forge does by itself after a push: the merge request's own refs follow its branch.
constexpr auto after_push = R"(#!/bin/sh
while read -r old new ref; do
    number=${ref#refs/heads/mr-}
    [ "$number" = "$ref" ] || {
        git update-ref "refs/pull/$number/head" "$new"
        git update-ref "refs/merge-requests/$number/head" "$new"
    }
done
)";

/// Repositories take turns: GitHub, GitLab.
bool is_github(std::size_t request) {
    return request / requests_each % 2 == 0;
}

void let_in_the_server(git_forge& forge) {
    forge.let_in("x-access-token");
    forge.let_in("oauth2");
}

void set_text(webhook& hook, std::initializer_list<const char*> pointers, const std::string& text) {
    for (const auto* pointer : pointers) hook.at(pointer) = text;
}

webhook tell_as_github(const happening& what, const merge_request& about, const std::string& before,
                       const std::string& text, std::int64_t comment) {
    const bool named = what.what == news::mentioned;
    if (what.what == news::commented || named) {
        auto hook = github(named ? "issue_comment.created.mention" : "issue_comment.created", about);
        hook.at("/comment/id") = comment;
        set_text(hook, {"/comment/body"}, text);
        return hook;
    }
    const std::string name = what.what == news::updated    ? "synchronize"
                             : what.what == news::closed   ? "closed"
                             : what.what == news::reopened ? "reopened"
                                                           : "opened";
    auto hook = github("pull_request." + name, about);
    set_text(hook, {"/pull_request/body"}, text);
    if (what.what == news::updated) set_text(hook, {"/before"}, before);
    return hook;
}

webhook tell_as_gitlab(const happening& what, const merge_request& about, const std::string& before,
                       const std::string& text, std::int64_t comment) {
    const bool named = what.what == news::mentioned;
    if (what.what == news::commented || named) {
        auto hook = gitlab(named ? "note.create.mention" : "note.create", about);
        hook.at("/object_attributes/id") = comment;
        set_text(hook, {"/object_attributes/note"}, text);
        return hook;
    }
    const std::string name = what.what == news::updated    ? "update.oldrev"
                             : what.what == news::closed   ? "close"
                             : what.what == news::reopened ? "reopen"
                                                           : "open";
    auto hook = gitlab("merge_request." + name, about);
    set_text(hook, {"/object_attributes/description"}, text);
    if (what.what == news::updated) set_text(hook, {"/object_attributes/oldrev"}, before);
    return hook;
}

}  // namespace

traffic::traffic(const schedule& plan, timeline& time, git_forge& forge, std::uint16_t port)
    : plan_(plan), time_(time), forge_(forge), port_(port) {
    let_in_the_server(forge_);
    make_requests();
    for (std::size_t i = 0; i < plan_.happenings.size(); ++i) {
        auto about = std::make_shared<announcement>();
        about->what = &plan_.happenings[i];
        about->index = i;
        add(plan_.happenings[i].at, {.about = std::move(about), .delivery = {}});
    }
}

void traffic::make_requests() {
    for (std::size_t i = 0; i < repositories; ++i) {
        const auto path = "acme/widgets-" + std::to_string(i + 1);
        forge_.create(path);
        forge_.commit(path, "refs/heads/main", {{"README.md", "A repository.\n"}});
        for (std::size_t number = 1; number <= requests_each; ++number) {
            const auto text = std::to_string(number);
            merge_request made{.path = path, .number = static_cast<std::int64_t>(number), .branch = "mr-" + text};
            made.head = forge_.commit(path, "refs/heads/" + made.branch, {{"lib/spin-" + text + ".txt", "Spin.\n"}},
                                      "refs/heads/main");
            for (const auto* of : {"refs/pull/", "refs/merge-requests/"})
                forge_.set_ref(path, of + text + "/head", made.head);
            requests_.push_back(std::move(made));
        }
        const auto hook = forge_.repository(path) / "hooks" / "post-receive";
        std::ofstream(hook) << after_push;
        std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
    }
}

void traffic::play() {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < connections; ++i) workers.emplace_back([this] { work(); });
}

void traffic::work() {
    for (task next; take(next);) {
        if (next.delivery.empty())
            happen(next);
        else
            tell(next);
        const std::lock_guard lock(mutex_);
        --busy_;
        changed_.notify_all();
    }
}

/// Waits for the next task's time. False once there are no more.
bool traffic::take(task& next) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (tasks_.empty() && busy_ == 0) return false;
        if (tasks_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const auto wait = tasks_.begin()->first - time_.now();
        if (wait <= 0ms) break;
        changed_.wait_for(lock, wait);
    }
    next = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    ++busy_;
    return true;
}

/// What would happen after the end of the chaos does not.
void traffic::add(milliseconds at, task what) {
    if (at >= plan_.length) return;
    const std::lock_guard lock(mutex_);
    tasks_.emplace(at, std::move(what));
    changed_.notify_all();
}

void traffic::happen(const task& what) {
    auto& about = *what.about;
    {
        const std::lock_guard lock(world_);
        prepare(about);
    }
    const auto& plan = *about.what;
    const auto name = "chaos-" + std::to_string(plan_.seed) + "-" + std::to_string(about.index);
    const auto first = time_.now() + plan.late;
    for (int i = 0; i < plan.copies; ++i) add(first, {what.about, name});
    if (plan.again) add(first + *plan.again, {what.about, name});
    if (plan.twin) add(first + *plan.twin, {what.about, name + "-twin"});
}

/// Does what happens to the repository and writes the webhook that tells of it.
void traffic::prepare(announcement& about) {
    const auto& plan = *about.what;
    auto& request = requests_.at(plan.request);
    const auto before = request.head;
    if (plan.what == news::updated) push(request, about.index);

    auto text = plan.agent.text();
    if (plan.what == news::commented || plan.what == news::mentioned) {
        about.words = "chaos(" + std::to_string(about.index) + ")";
        text = (plan.what == news::mentioned ? "@familiar " : "") + std::string("Please look at this: ") + about.words +
               "\n" + text;
    }
    constexpr std::int64_t first_comment = 1'000'000;
    const auto comment = first_comment + static_cast<std::int64_t>(about.index);
    about.hook = is_github(plan.request) ? tell_as_github(plan, request, before, text, comment)
                                         : tell_as_gitlab(plan, request, before, text, comment);
    about.meaning = request.path + "#" + std::to_string(request.number) + " " +
                    (about.words.empty() ? std::string(to_text(plan.what)) + " " + request.head : about.words);
}

/// An agent may be pushing at the same moment: then this is tried again, as people do.
void traffic::push(merge_request& to, std::size_t index) {
    const auto branch = "refs/heads/" + to.branch;
    const auto number = std::to_string(to.number);
    for (int attempt = 1;; ++attempt) try {
            to.head = forge_.commit(to.path, branch, {{"lib/more.txt", std::to_string(index) + "\n"}}, branch);
            for (const auto* of : {"refs/pull/", "refs/merge-requests/"})
                forge_.set_ref(to.path, of + number + "/head", to.head);
            return;
        } catch (const std::runtime_error&) {
            if (attempt == 10) throw;
            std::this_thread::sleep_for(20ms);
        }
}

void traffic::tell(const task& what) {
    auto& about = *what.about;
    const auto& request = requests_.at(about.what->request);
    post made{.delivery = what.delivery,
              .path = request.path,
              .number = request.number,
              .what = about.what->what,
              .meaning = about.meaning,
              .words = about.words};
    auto hook = about.hook;
    hook.delivery = what.delivery;
    made.sent = core::now();
    try {
        const auto given = familiar::test::request(port_, "POST", "/webhook/" + hook.forge, signed_header(hook),
                                                   hook.body(), patience);
        made.status = given.status;
        if (given.status < 300) {
            made.answer = given.field("status");
            made.job = given.field("job");
        }
    } catch (const std::exception&) {
        // No server, or none that lived to answer: nobody was promised anything.
    }
    made.answered = core::now();
    time_.tell("posted " + made.delivery + " " + std::string(to_text(made.what)) + " " + made.path + "#" +
               std::to_string(made.number) + ": " + std::to_string(made.status) + " " + made.answer + " " + made.job);

    bool again = false;
    {
        const std::lock_guard lock(mutex_);
        again = !made.acknowledged() && about.what->resend && about.resends++ < most_resends;
        posts_.push_back(std::move(made));
    }
    if (again) add(time_.now() + *about.what->resend, what);
}

std::vector<post> traffic::posts() const {
    const std::lock_guard lock(mutex_);
    return posts_;
}

}  // namespace familiar::test::chaos
