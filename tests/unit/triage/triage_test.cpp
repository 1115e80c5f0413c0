#include "triage/triage.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using event::action;
using event::kind;

namespace {

event::event make(action what, std::string login = "ada") {
    event::event value{
        .what = what, .delivery = "1", .repo = {}, .request = {}, .sender = {.login = std::move(login)}, .before = {}};
    value.repo.path = "acme/widgets";
    value.request.number = 7;
    return value;
}

event::event make_comment(std::string body, std::string login = "ada") {
    auto value = make(action::commented, std::move(login));
    value.note = event::comment{.id = 1, .body = std::move(body), .url = {}, .file = {}, .line = 0, .discussion = {}};
    return value;
}

/// A decision in one word or the reason: "run mention", "stop", "ignored: draft".
std::string decide(const event::event& incoming, const config::settings& settings = {}) {
    const auto decision = triage::classify(incoming, settings);
    if (const auto* ignored = std::get_if<triage::ignored>(&decision)) return "ignored: " + ignored->reason;
    if (const auto* run = std::get_if<triage::run>(&decision)) return "run " + std::string(event::to_text(run->kind));
    return "stop";
}

constexpr auto all_actions = {action::opened, action::updated, action::commented};

}  // namespace

BOOST_AUTO_TEST_SUITE(classify)

BOOST_AUTO_TEST_CASE(by_default_openings_updates_and_mentions_run_and_comments_do_not) {
    BOOST_TEST(decide(make(action::opened)) == "run mr_opened");
    BOOST_TEST(decide(make(action::updated)) == "run mr_updated");
    BOOST_TEST(decide(make_comment("@familiar please")) == "run mention");
    BOOST_TEST(decide(make_comment("nice")) == "ignored: events.mr_comment is off");
    BOOST_TEST(decide(make(action::closed)) == "stop");
}

BOOST_AUTO_TEST_CASE(a_switch_turns_off_its_own_kind) {
    config::settings settings;
    settings.events = {.mr_opened = false, .mr_comment = false, .mr_updated = false, .mention = false};
    BOOST_TEST(decide(make(action::opened), settings) == "ignored: events.mr_opened is off");
    BOOST_TEST(decide(make(action::updated), settings) == "ignored: events.mr_updated is off");
    BOOST_TEST(decide(make_comment("nice"), settings) == "ignored: events.mr_comment is off");
    BOOST_TEST(decide(make_comment("@familiar please"), settings) == "ignored: events.mention is off");
    BOOST_TEST(decide(make(action::closed), settings) == "stop");
}

BOOST_AUTO_TEST_CASE(with_comments_on_a_mention_stays_a_mention_unless_mentions_are_off) {
    config::settings settings;
    settings.events.mr_comment = true;
    BOOST_TEST(decide(make_comment("nice"), settings) == "run mr_comment");
    BOOST_TEST(decide(make_comment("@familiar please"), settings) == "run mention");
    settings.events.mention = false;
    BOOST_TEST(decide(make_comment("@familiar please"), settings) == "run mr_comment");
}

/// The quotation ends, and the <pre> in it with that: the approval is the approver's own word, though the name stands
/// in what looks like code.
BOOST_AUTO_TEST_CASE(an_approval_is_heard_whatever_is_switched_on_and_even_where_no_mention_is_seen) {
    const auto plain = make_comment("@familiar ok-to-run");
    const auto after_quoted_code = make_comment("> <pre>\n\n@familiar ok-to-run\n\n</pre>");
    for (const bool mention : {true, false}) {
        for (const bool mr_comment : {true, false}) {
            config::settings settings;
            settings.events.mention = mention;
            settings.events.mr_comment = mr_comment;
            BOOST_TEST(decide(plain, settings) == "run mention");
            BOOST_TEST(decide(after_quoted_code, settings) == "run mention");
        }
    }
}

BOOST_AUTO_TEST_CASE(the_configured_name_is_the_one_that_counts) {
    config::settings settings;
    settings.bot_username = "helper";
    BOOST_TEST(decide(make_comment("@helper please"), settings) == "run mention");
    BOOST_TEST(decide(make_comment("@familiar please"), settings) == "ignored: events.mr_comment is off");
}

BOOST_AUTO_TEST_CASE(an_opened_or_updated_draft_is_ignored_and_a_mention_on_it_is_not) {
    auto opened = make(action::opened);
    auto updated = make(action::updated);
    auto mention = make_comment("@familiar please");
    auto closed = make(action::closed);
    for (auto* incoming : {&opened, &updated, &mention, &closed}) incoming->request.draft = true;
    BOOST_TEST(decide(opened) == "ignored: draft");
    BOOST_TEST(decide(updated) == "ignored: draft");
    BOOST_TEST(decide(mention) == "run mention");
    BOOST_TEST(decide(closed) == "stop");
}

BOOST_AUTO_TEST_CASE(the_bots_own_events_never_start_an_agent) {
    for (const auto* login : {"familiar", "Familiar", "familiar[bot]", "FAMILIAR[BOT]"}) {
        BOOST_TEST(decide(make(action::opened, login)) == "ignored: the bot's own event");
        BOOST_TEST(decide(make(action::updated, login)) == "ignored: the bot's own event");
        BOOST_TEST(decide(make_comment("@familiar again", login)) == "ignored: the bot's own event");
    }
    BOOST_TEST(decide(make(action::opened, "familiar-dev")) == "run mr_opened");
}

BOOST_AUTO_TEST_CASE(naming_the_bot_itself_in_allow_bots_changes_nothing) {
    config::settings settings;
    settings.triggers.allow_bots = {"familiar", "familiar[bot]"};
    BOOST_TEST(decide(make(action::opened, "familiar[bot]"), settings) == "ignored: the bot's own event");
}

BOOST_AUTO_TEST_CASE(a_bot_username_may_be_the_apps_login) {
    config::settings settings;
    settings.bot_username = "familiar[bot]";
    BOOST_TEST(decide(make(action::opened, "familiar[bot]"), settings) == "ignored: the bot's own event");
    BOOST_TEST(decide(make_comment("@familiar please"), settings) == "run mention");
}

BOOST_AUTO_TEST_CASE(another_bot_is_ignored_unless_it_is_named_exactly) {
    config::settings settings;
    for (const auto what : all_actions) {
        auto incoming = make(what, "renovate[bot]");
        incoming.sender.bot = true;
        settings.triggers.allow_bots = {};
        BOOST_TEST(decide(incoming, settings) == "ignored: the bot renovate[bot] is not in triggers.allow_bots");
        settings.triggers.allow_bots = {"renovate", "*", "renovate[bot]x", ""};
        BOOST_TEST(decide(incoming, settings) == "ignored: the bot renovate[bot] is not in triggers.allow_bots");
    }
    auto opened = make(action::opened, "renovate[bot]");
    opened.sender.bot = true;
    settings.triggers.allow_bots = {"dependabot[bot]", "Renovate[bot]"};
    BOOST_TEST(decide(opened, settings) == "run mr_opened");
}

BOOST_AUTO_TEST_CASE(a_bot_is_known_by_its_login_too_and_may_close) {
    BOOST_TEST(decide(make(action::opened, "renovate[bot]")).starts_with("ignored: the bot renovate[bot]"));
    BOOST_TEST(decide(make(action::closed, "renovate[bot]")) == "stop");
}

BOOST_AUTO_TEST_CASE(a_ghost_is_neither_us_nor_a_bot) {
    BOOST_TEST(decide(make(action::opened, "")) == "run mr_opened");
    config::settings settings;
    settings.bot_username = "";
    BOOST_TEST(decide(make(action::opened, ""), settings) == "run mr_opened");
}

BOOST_AUTO_TEST_SUITE_END()
