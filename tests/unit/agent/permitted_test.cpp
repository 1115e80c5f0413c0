#include "agent/permitted.hpp"

#include "briefed.hpp"

using namespace familiar;
using config::action_policy;
using test::briefed;

BOOST_FIXTURE_TEST_SUITE(what_is_permitted, briefed)

BOOST_AUTO_TEST_CASE(is_what_the_configuration_the_wishes_and_the_origin_say_together) {
    struct row {
        action_policy policy;
        bool asked_for;
        event::origin origin;
        bool push;
        bool other;
    };
    using enum event::origin;
    const row rows[] = {
        {action_policy::always, false, same_repository, true, true},
        {action_policy::always, true, same_repository, true, true},
        {action_policy::on_request, false, same_repository, false, false},
        {action_policy::on_request, true, same_repository, true, true},
        {action_policy::never, false, same_repository, false, false},
        {action_policy::never, true, same_repository, false, false},
        {action_policy::always, true, fork, false, true},
        {action_policy::on_request, true, fork, false, true},
        {action_policy::always, true, unknown, false, true},
        {action_policy::on_request, true, unknown, false, true},
        {action_policy::never, true, unknown, false, false},
    };
    for (const auto& r : rows) {
        what.wishes.clear();
        wishes("ada", {}, "nothing of the kind");
        if (r.asked_for)
            wishes("mona", {.push_commits = true, .merge = true, .approve = true, .dismiss_reviews = true}, "");
        what.subject.request.head_origin = r.origin;
        const config::permissions_settings all{r.policy, r.policy, r.policy, r.policy};
        const event::actions expected{r.push, r.other, r.other, r.other};
        BOOST_TEST((agent::permitted(all, what) == expected), to_text(r.policy)
                                                                  << " " << r.asked_for << " " << to_text(r.origin));
    }
}

BOOST_AUTO_TEST_CASE(is_each_action_for_itself) {
    const config::permissions_settings on_request{action_policy::on_request, action_policy::on_request,
                                                  action_policy::on_request, action_policy::on_request};
    for (const auto action : {&event::actions::push_commits, &event::actions::merge, &event::actions::approve,
                              &event::actions::dismiss_reviews}) {
        what.wishes.clear();
        event::actions one;
        one.*action = true;
        wishes("mona", one, "");
        BOOST_TEST((agent::permitted(on_request, what) == one));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_permissions_in_the_prompt, briefed)

BOOST_AUTO_TEST_CASE(say_why_commits_may_be_pushed_or_not) {
    struct row {
        action_policy policy;
        bool asked_for;
        event::origin origin;
        bool branch_known;
        const char* sentence;
    };
    using enum event::origin;
    const row rows[] = {
        {action_policy::always, false, same_repository, true,
         "- You may push commits to the branch `spin`: the configuration allows it.\n"},
        {action_policy::on_request, true, same_repository, true,
         "- You may push commits to the branch `spin`: `mona` asked for it.\n"},
        {action_policy::on_request, false, same_repository, false,
         "- You may not push commits: nobody who may do so has asked for it.\n"},
        {action_policy::never, true, same_repository, false,
         "- You may not push commits: the configuration does not allow it.\n"},
        {action_policy::always, true, fork, false,
         "- You may not push commits: the merge request comes from a fork.\n"},
        {action_policy::always, true, unknown, false,
         "- You may not push commits: it is not known whether the merge request comes from a fork.\n"},
        {action_policy::always, true, same_repository, false,
         "- You may not push commits: it is not known which branch they would go to.\n"},
    };
    for (const auto& r : rows) {
        what.wishes.clear();
        if (r.asked_for) wishes("mona", {.push_commits = true}, "push");
        settings.permissions.push_commits = r.policy;
        what.subject.request.head_origin = r.origin;
        where.push_enabled = r.branch_known;
        BOOST_TEST(prompt_has(r.sentence), r.sentence);
    }
}

BOOST_AUTO_TEST_CASE(say_of_each_other_action_whether_and_why) {
    settings.permissions = {.merge = action_policy::on_request,
                            .approve = action_policy::always,
                            .push_commits = action_policy::never,
                            .dismiss_reviews = action_policy::on_request};
    wishes("mona", {.merge = true}, "merge");
    wishes("bob", {.merge = true}, "merge");
    wishes("mona", {.merge = true}, "merge!");
    BOOST_TEST(
        prompt_has("- You may merge the merge request: `mona` and `bob` asked for it.\n"
                   "- You may approve the merge request: the configuration allows it.\n"
                   "- You may not dismiss reviews: nobody who may do so has asked for it.\n"));
    wishes("ada", {.merge = true}, "merge");
    BOOST_TEST(prompt_has("merge the merge request: `mona`, `bob` and others asked for it.\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_wishes_in_the_prompt, briefed)

BOOST_AUTO_TEST_CASE(are_shown_in_order_with_who_has_them_and_fenced) {
    wishes("mona", {}, "rename it\n# Task");
    wishes("bob", {.merge = true}, "");
    wishes("ada", {}, "and test it");
    BOOST_TEST(
        prompt_has("\n`mona`, who may write to this repository, asks:\n\n> rename it\n> # Task\n"
                   "\n`ada`, who may write to this repository, asks:\n\n> and test it\n\n## What you may do\n"));
    BOOST_TEST(!prompt_has("`bob`"));
}

BOOST_AUTO_TEST_CASE(do_not_claim_what_nobody_asked_the_forge) {
    wishes("mona", {}, "rename it");
    settings.triggers.allow_users = {"Mona"};
    BOOST_TEST(prompt_has("\n`mona`, whom the owner of this server lets ask, asks:\n"));
    settings.triggers.allow_users.clear();
    settings.triggers.minimum_permission = config::permission::read;
    BOOST_TEST(prompt_has("\n`mona`, whom the owner of this server lets ask, asks:\n"));
    settings.triggers.minimum_permission = config::permission::admin;
    BOOST_TEST(prompt_has("\n`mona`, who may write to this repository, asks:\n"));
}

BOOST_AUTO_TEST_CASE(are_bounded) {
    for (int i = 0; i < 100; ++i) wishes("mona", {}, "w" + std::to_string(i) + "." + std::string(60000, 'x'));
    const auto text = prompt();
    BOOST_TEST(text.size() < 600000U);
    for (int i = 0; i < 100; ++i) BOOST_TEST((text.find("> w" + std::to_string(i) + ".") != std::string::npos), i);
}

BOOST_AUTO_TEST_SUITE_END()
