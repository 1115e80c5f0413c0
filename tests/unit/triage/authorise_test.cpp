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
    return {};
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

BOOST_AUTO_TEST_SUITE_END()
