#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

// APIs with limits, answers that get lost, and a server that dies at the wrong moment: nothing is asked before its
// time, and nothing is said twice.
namespace {

using namespace familiar::test;
using namespace std::chrono_literals;

/// Limits are the forge's: each test has one of its own.
const std::vector<std::string> both{"github", "gitlab"};

/// Everything that is asked below one repository has this in its path.
std::string within(const merge_request& about, const std::string& name) {
    auto path = about.path;
    if (name == "gitlab") path.replace(path.find('/'), 1, "%2F");
    return path;
}

/// Where comments are posted.
std::string comments_of(const merge_request& about, const std::string& name) {
    const auto number = std::to_string(about.number);
    return within(about, name) +
           (name == "github" ? "/issues/" + number + "/comments" : "/merge_requests/" + number + "/notes");
}

/// A merge request at one of the forges.
struct place {
    std::string forge;
    merge_request about;
};

/// Limits are the forge's: each test has one of its own.
struct desk {
    whole_forge forge;
    server familiar{forge, forge.configured()};

    /// One at each forge.
    std::vector<place> open_at_both() {
        std::vector<place> all;
        for (const auto& name : both) all.push_back({name, forge.open()});
        return all;
    }
    std::string greeted(const place& where) {
        return familiar.accepted(forge.comment(where.forge, where.about, "grace", "@familiar hello").hook);
    }
    std::size_t posted(const place& where) const {
        return forge.api.requests("POST", comments_of(where.about, where.forge)).size();
    }
    std::size_t listed(const place& where) const {
        return forge.api.requests("GET", comments_of(where.about, where.forge)).size();
    }
    /// When a request with this text in its path was refused.
    std::chrono::steady_clock::time_point refused_at(const std::string& path, unsigned status) const {
        const auto all = forge.api.requests("", path);
        const auto refused = std::ranges::find(all, status, &api_call::status);
        BOOST_REQUIRE(refused != all.end());
        return refused->at;
    }
    void check_answered_once(const place& where) {
        forge.wait_for_status(where.about, where.about.head, "success");
        BOOST_TEST(forge.answers(where.about).size() == 1u);
    }
};

/// What came next about the merge request after a refusal came no earlier than that. Milliseconds between two clocks
/// are forgiven.
void check_silence(const whole_forge& forge, const place& where, unsigned refusal,
                   std::chrono::steady_clock::time_point until) {
    const auto all = forge.api.requests("", within(where.about, where.forge));
    const auto refused = std::ranges::find(all, refusal, &api_call::status);
    BOOST_REQUIRE(refused != all.end());
    BOOST_REQUIRE(std::next(refused) != all.end());
    BOOST_TEST((std::next(refused)->at >= until - 20ms), where.forge);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forge_trouble, desk)

BOOST_AUTO_TEST_CASE(after_a_429_nothing_is_asked_until_the_forge_said_so) {
    const auto places = open_at_both();
    forge.api.script(too_many_requests(2s).on("GET", "/collaborators/"));
    forge.api.script(too_many_requests(3s).on("GET", "/members/"));
    for (const auto& where : places) greeted(where);
    for (const auto& where : places) check_answered_once(where);
    BOOST_TEST(forge.api.faults_left() == 0);
    check_silence(forge, places[0], 429, refused_at("/collaborators/", 429) + 2s);
    check_silence(forge, places[1], 429, refused_at("/members/", 429) + 3s);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_used_up_parks_the_job_until_its_reset) {
    const place where{"github", forge.open()};
    const auto reset = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + 1500ms);
    const auto until = std::chrono::steady_clock::now() + (reset - std::chrono::system_clock::now());
    forge.api.script(limit_used_up(reset).on("GET", "/collaborators/"));
    const auto job = greeted(where);
    wait_for("the limit is met", [&] { return forge.api.faults_left() == 0; });
    BOOST_TEST(familiar.job(job).state == "received");
    check_answered_once(where);
    check_silence(forge, where, 403, until);
}

BOOST_AUTO_TEST_CASE(a_secondary_limit_is_one_too) {
    const place where{"github", forge.open()};
    forge.api.script(secondary_limit(1s).on("GET", "/collaborators/"));
    greeted(where);
    check_answered_once(where);
    check_silence(forge, where, 403, refused_at("/collaborators/", 403) + 1s);
}

BOOST_AUTO_TEST_CASE(an_answer_that_gets_lost_makes_no_second_comment) {
    const auto lost = open_at_both();
    const auto failed = open_at_both();
    for (const auto& [name, about] : lost) forge.api.script(lost_answer().on("POST", comments_of(about, name)));
    for (const auto& [name, about] : failed) forge.api.script(failing(502).on("POST", comments_of(about, name)));
    for (const auto& places : {lost, failed})
        for (const auto& [name, about] : places) familiar.accepted(forge.opened(name, about));
    for (const auto& where : lost) {
        check_answered_once(where);
        BOOST_TEST(posted(where) == 1u);
    }
    for (const auto& where : failed) {
        check_answered_once(where);
        BOOST_TEST(posted(where) == 2u);
    }
    BOOST_TEST(forge.api.faults_left() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_between_the_comment_and_its_record_makes_no_second_one) {
    const auto places = open_at_both();
    for (const auto& [name, about] : places) {
        forge.api.script(silence(true).on("POST", comments_of(about, name)));
        familiar.accepted(forge.opened(name, about));
    }
    for (const auto& [name, about] : places) forge.wait_for_answers(about, 1, "**Done in ");
    familiar.kill();

    familiar.start();
    for (const auto& where : places) {
        check_answered_once(where);
        BOOST_TEST(posted(where) == 1u);
    }

    // It is settled: the next start has nothing to look for, though it tells of something else.
    BOOST_TEST(familiar.end() == 0);
    const auto before = listed(places[0]) + listed(places[1]);
    familiar.start();
    for (const auto& where : open_at_both()) {
        familiar.accepted(forge.opened(where.forge, where.about));
        check_answered_once(where);
    }
    BOOST_TEST(listed(places[0]) + listed(places[1]) == before);
}

BOOST_AUTO_TEST_CASE(a_forge_whose_api_is_away_gets_the_comment_when_it_is_back) {
    const auto places = open_at_both();
    for (const auto& [name, about] : places) {
        forge.api.script(cut_off().on("POST", comments_of(about, name), 3));
        familiar.accepted(forge.opened(name, about));
    }
    for (const auto& where : places) {
        check_answered_once(where);
        BOOST_TEST(posted(where) == 4u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
