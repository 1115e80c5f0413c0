#include "triage/authorise.hpp"

#include "support/unit_test.hpp"

#include <ostream>

using namespace familiar;
using config::forks_policy;
using config::permission;
using event::action;
using event::origin;

namespace {

event::event make(std::string login, origin head_origin, action what = action::commented) {
    event::event value{
        .what = what, .delivery = "1", .repo = {}, .request = {}, .sender = {.login = std::move(login)}, .before = {}};
    value.repo.path = "acme/platform/widgets";
    value.request.head_origin = head_origin;
    return value;
}

config::triggers_settings open_to_all() {
    config::triggers_settings triggers;
    triggers.minimum_permission = permission::none;
    triggers.forks = forks_policy::allow;
    return triggers;
}

/// The reason of a refusal, empty if it is allowed.
std::string refusal(const event::event& incoming, const config::triggers_settings& triggers) {
    const auto verdict = triage::authorise(incoming, triggers);
    if (const auto* refused = std::get_if<triage::refused>(&verdict)) {
        BOOST_TEST(!refused->reason.empty());
        return refused->reason;
    }
    if (const auto* held = std::get_if<triage::held>(&verdict)) return held->reason;
    return {};
}

enum class end { allowed, held, refused };

end judge(const event::event& incoming, const config::triggers_settings& triggers, const triage::standing& known) {
    const auto verdict = triage::authorise(incoming, triggers, known);
    if (std::holds_alternative<triage::held>(verdict)) return end::held;
    return std::holds_alternative<triage::allowed>(verdict) ? end::allowed : end::refused;
}

std::ostream& operator<<(std::ostream& out, end value) {
    return out << (value == end::allowed ? "allowed" : value == end::held ? "held" : "refused");
}

bool allows(const event::event& incoming, const config::triggers_settings& triggers) {
    return refusal(incoming, triggers).empty();
}

struct row {
    forks_policy forks;
    permission minimum;
    origin head_origin;
    bool stranger;  ///< whether somebody whom no list names may
    bool listed;    ///< whether somebody in allow_users may
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << "forks: " << config::to_text(value.forks)
               << ", minimum_permission: " << config::to_text(value.minimum)
               << ", origin: " << event::to_text(value.head_origin);
}

constexpr auto approve = forks_policy::approve;
constexpr auto allow = forks_policy::allow;
constexpr auto deny = forks_policy::deny;
constexpr auto none = permission::none;
constexpr auto write = permission::write;

// The whole rule of people and origins. Unknown is like a fork in every row.
constexpr std::array<row, 18> rules{{{approve, none, origin::same_repository, true, true},
                                     {approve, none, origin::fork, false, false},
                                     {approve, none, origin::unknown, false, false},
                                     {approve, write, origin::same_repository, false, true},
                                     {approve, write, origin::fork, false, false},
                                     {approve, write, origin::unknown, false, false},
                                     {deny, none, origin::same_repository, true, true},
                                     {deny, none, origin::fork, false, false},
                                     {deny, none, origin::unknown, false, false},
                                     {deny, write, origin::same_repository, false, true},
                                     {deny, write, origin::fork, false, false},
                                     {deny, write, origin::unknown, false, false},
                                     {allow, none, origin::same_repository, true, true},
                                     {allow, none, origin::fork, true, true},
                                     {allow, none, origin::unknown, true, true},
                                     {allow, write, origin::same_repository, false, true},
                                     {allow, write, origin::fork, false, true},
                                     {allow, write, origin::unknown, false, true}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(authorise)

BOOST_DATA_TEST_CASE(who_may_on_what, boost::unit_test::data::make(rules), row) {
    config::triggers_settings triggers;
    triggers.forks = row.forks;
    triggers.minimum_permission = row.minimum;
    triggers.allow_users = {"ada"};
    for (const auto what : {action::opened, action::updated, action::commented}) {
        BOOST_TEST(allows(make("mallory", row.head_origin, what), triggers) == row.stranger);
        BOOST_TEST(allows(make("ada", row.head_origin, what), triggers) == row.listed);
        BOOST_TEST(allows(make("ADA", row.head_origin, what), triggers) == row.listed);
    }
}

BOOST_AUTO_TEST_CASE(the_default_lets_nobody_in) {
    for (const auto head_origin : {origin::same_repository, origin::fork, origin::unknown})
        BOOST_TEST(!allows(make("ada", head_origin), {}));
}

BOOST_AUTO_TEST_CASE(any_permission_but_none_lets_only_allow_users_pass) {
    auto triggers = open_to_all();
    for (const auto minimum : {permission::read, permission::write, permission::maintain, permission::admin}) {
        triggers.minimum_permission = minimum;
        triggers.allow_users = {};
        BOOST_TEST(!allows(make("ada", origin::same_repository), triggers));
        triggers.allow_users = {"grace", "ada"};
        BOOST_TEST(allows(make("ada", origin::same_repository), triggers));
        BOOST_TEST(!allows(make("adam", origin::same_repository), triggers));
    }
}

BOOST_AUTO_TEST_CASE(a_ghost_is_in_no_list) {
    auto triggers = open_to_all();
    BOOST_TEST(allows(make("", origin::same_repository), triggers));
    triggers.minimum_permission = permission::read;
    triggers.allow_users = {""};
    BOOST_TEST(!allows(make("", origin::same_repository), triggers));
}

BOOST_AUTO_TEST_CASE(a_bot_needs_allow_bots_and_then_what_everybody_needs) {
    auto triggers = open_to_all();
    auto incoming = make("renovate[bot]", origin::same_repository, action::opened);
    incoming.sender.bot = true;
    BOOST_TEST(!allows(incoming, triggers));
    triggers.allow_users = {"renovate[bot]"};
    BOOST_TEST(!allows(incoming, triggers));
    triggers.allow_bots = {"renovate[bot]"};
    BOOST_TEST(allows(incoming, triggers));
    triggers.minimum_permission = permission::write;
    BOOST_TEST(allows(incoming, triggers));
    triggers.allow_users = {};
    BOOST_TEST(!allows(incoming, triggers));
}

BOOST_AUTO_TEST_CASE(without_patterns_every_repository_is_watched) {
    BOOST_TEST(allows(make("ada", origin::same_repository), open_to_all()));
}

BOOST_AUTO_TEST_CASE(with_patterns_one_has_to_match) {
    auto triggers = open_to_all();
    triggers.repositories = {"evil/*", "acme/*"};
    BOOST_TEST(!allows(make("ada", origin::same_repository), triggers));
    triggers.repositories = {"evil/*", "acme/**"};
    BOOST_TEST(allows(make("ada", origin::same_repository), triggers));
}

BOOST_AUTO_TEST_CASE(a_close_asks_for_the_repository_only) {
    config::triggers_settings triggers;
    BOOST_TEST(allows(make("mallory", origin::fork, action::closed), triggers));
    BOOST_TEST(allows(make("mergify[bot]", origin::unknown, action::closed), triggers));
    triggers.repositories = {"other/*"};
    BOOST_TEST(!allows(make("ada", origin::same_repository, action::closed), triggers));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_to_configure) {
    const auto says = [](const std::string& reason, std::string_view what) {
        return reason.find(what) != std::string::npos;
    };
    config::triggers_settings triggers;
    const auto stranger = refusal(make("mallory", origin::same_repository), triggers);
    BOOST_TEST(says(stranger, "mallory"));
    BOOST_TEST(says(stranger, "triggers.allow_users"));
    BOOST_TEST(says(stranger, "triggers.minimum_permission: write"));

    triggers.minimum_permission = permission::none;
    BOOST_TEST(says(refusal(make("ada", origin::fork), triggers), "triggers.forks: approve"));
    BOOST_TEST(says(refusal(make("ada", origin::unknown), triggers), "not known whether"));

    triggers.repositories = {"other/*"};
    BOOST_TEST(says(refusal(make("ada", origin::same_repository), triggers), "acme/platform/widgets"));
}

BOOST_AUTO_TEST_CASE(what_the_forge_says_of_the_sender_counts) {
    config::triggers_settings triggers;
    const auto incoming = make("ada", origin::same_repository);
    for (const auto minimum : {permission::read, permission::write, permission::maintain, permission::admin}) {
        triggers.minimum_permission = minimum;
        for (const auto has :
             {permission::none, permission::read, permission::write, permission::maintain, permission::admin})
            BOOST_TEST(judge(incoming, triggers, {.permission = has}) ==
                       (has >= minimum ? end::allowed : end::refused));
        BOOST_TEST(judge(incoming, triggers, {}) == end::refused);
    }
}

BOOST_AUTO_TEST_CASE(a_stranger_is_told_politely_and_a_bot_or_a_foreign_repository_nothing) {
    config::triggers_settings triggers;
    const auto said = [&](const event::event& incoming) {
        return std::get<triage::refused>(triage::authorise(incoming, triggers, {.permission = permission::read})).said;
    };
    BOOST_TEST(said(make("mallory", origin::same_repository)).find("at least write") != std::string::npos);
    BOOST_TEST(said(make("renovate[bot]", origin::same_repository)) == "");
    triggers.repositories = {"other/*"};
    BOOST_TEST(said(make("mallory", origin::same_repository)) == "");
}

BOOST_AUTO_TEST_CASE(a_forks_head_is_held_until_it_is_approved_whoever_opened_or_pushed_it) {
    const config::triggers_settings triggers;
    for (const auto what : {action::opened, action::updated})
        for (const auto has : {permission::none, permission::admin}) {
            auto incoming = make("mallory", origin::fork, what);
            incoming.request.head = "abc";
            BOOST_TEST(!triage::depends_on_permission(incoming, triggers));
            BOOST_TEST(judge(incoming, triggers, {.permission = has}) == end::held);
            BOOST_TEST(judge(incoming, triggers, {.permission = has, .approved = true}) == end::allowed);
        }
}

BOOST_AUTO_TEST_CASE(a_comment_on_a_fork_needs_the_permission_and_the_approval) {
    const config::triggers_settings triggers;
    auto incoming = make("ada", origin::fork);
    incoming.request.head = "abc";
    BOOST_TEST(triage::depends_on_permission(incoming, triggers));
    BOOST_TEST(judge(incoming, triggers, {.permission = permission::read, .approved = true}) == end::refused);
    BOOST_TEST(judge(incoming, triggers, {.permission = permission::write}) == end::held);
    BOOST_TEST(judge(incoming, triggers, {.permission = permission::write, .approved = true}) == end::allowed);
}

BOOST_AUTO_TEST_CASE(an_approval_opens_nothing_where_forks_are_denied) {
    config::triggers_settings triggers;
    triggers.forks = deny;
    triggers.minimum_permission = none;
    auto incoming = make("ada", origin::fork, action::opened);
    incoming.request.head = "abc";
    BOOST_TEST(judge(incoming, triggers, {.permission = permission::admin, .approved = true}) == end::refused);
}

BOOST_AUTO_TEST_CASE(who_may_write_or_is_listed_may_approve_and_a_bot_never) {
    config::triggers_settings triggers;
    triggers.allow_users = {"ada", "renovate[bot]"};
    triggers.minimum_permission = none;
    const auto may = [&](const char* login, std::optional<permission> has) {
        return triage::may_approve({.login = login}, triggers, has);
    };
    BOOST_TEST(may("ada", std::nullopt));
    BOOST_TEST(!may("renovate[bot]", permission::admin));
    BOOST_TEST(!may("grace", std::nullopt));
    BOOST_TEST(!may("grace", permission::read));
    BOOST_TEST(may("grace", permission::write));
    triggers.minimum_permission = permission::maintain;
    BOOST_TEST(!may("grace", permission::write));
    BOOST_TEST(may("grace", permission::maintain));
}

BOOST_AUTO_TEST_SUITE_END()
