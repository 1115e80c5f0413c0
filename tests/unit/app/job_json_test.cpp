#include "app/job_json.hpp"

#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

using namespace familiar;
using journal::job_state;

namespace {

core::wall_time at(const char* time) {
    return core::parse_time(time).value();
}

journal::job_record waiting(job_state state) {
    journal::job_record job;
    job.id = "01jd0000000000000000000001";
    job.state = state;
    job.subject.repo.forge = event::provider::gitlab;
    job.subject.repo.path = "group/deeper/still";
    job.subject.request.number = 7;
    job.kind = event::kind::mr_updated;
    job.created_at = at("2026-01-31T12:00:00Z");
    return job;
}

journal::job_record started(job_state state) {
    auto job = waiting(state);
    job.attempt = 1;
    job.head = "0123456789abcdef0123456789abcdef01234567";
    job.started_at = at("2026-01-31T12:00:10.25Z");
    job.deadline = at("2026-01-31T12:30:10.25Z");
    job.container = "familiar-agent-01jd0000000000000000000001-1";
    job.log = "/var/log/familiar/gitlab/group/deeper/still/7/x.log";
    return job;
}

journal::job_record ended(job_state state) {
    auto job = started(state);
    job.finished_at = at("2026-01-31T12:05:00Z");
    job.outcome = to_text(state);
    return job;
}

/// What follows on the fields that all these jobs have in common.
std::string text(const journal::job_record& job, std::string_view waiting_for = {}) {
    return boost::json::serialize(app::to_json(job, waiting_for));
}

constexpr auto subject = R"("provider":"gitlab","repository":"group/deeper/still","number":7,"event":"mr_updated",)";
constexpr auto start = R"("head":"0123456789abcdef0123456789abcdef01234567","created_at":"2026-01-31T12:00:00.000Z",)"
                       R"("started_at":"2026-01-31T12:00:10.250Z","deadline":"2026-01-31T12:30:10.250Z",)";
constexpr auto place =
    R"("container":"familiar-agent-01jd0000000000000000000001-1","log":"/var/log/familiar/gitlab/group/deeper/still/7/x.log","last_lines":[]})";

std::string beginning(const std::string& state, const std::string& waits) {
    return R"({"id":"01jd0000000000000000000001","state":")" + state + R"(",)" + waits + subject;
}

constexpr auto waits_for_nothing = R"("waiting_for":null,"not_before":null,)";

}  // namespace

BOOST_AUTO_TEST_SUITE(a_job_in_json)

BOOST_AUTO_TEST_CASE(has_null_for_everything_that_is_not_there_yet) {
    const std::string nothing_yet =
        R"("attempt":0,"retry_of":null,"head":null,"created_at":"2026-01-31T12:00:00.000Z","started_at":null,)"
        R"("deadline":null,"finished_at":null,"outcome":null,"reason":null,"exit_code":null,"container":null,"log":null,"last_lines":[]})";
    BOOST_TEST(text(waiting(job_state::received), "authorisation") ==
               beginning("received", R"("waiting_for":"authorisation","not_before":null,)") + nothing_yet);
    BOOST_TEST(text(waiting(job_state::held), "approval") ==
               beginning("held", R"("waiting_for":"approval","not_before":null,)") + nothing_yet);

    auto job = waiting(job_state::queued);
    job.not_before = at("2026-01-31T12:00:30Z");
    BOOST_TEST(text(job, "debounce") ==
               beginning("queued", R"("waiting_for":"debounce","not_before":"2026-01-31T12:00:30.000Z",)") +
                   nothing_yet);
}

BOOST_AUTO_TEST_CASE(says_where_an_agent_runs_and_until_when) {
    for (const auto state : {job_state::preparing, job_state::running, job_state::finishing}) {
        const std::string name(to_text(state));
        BOOST_TEST(text(started(state)) ==
                   beginning(name, waits_for_nothing) + R"("attempt":1,"retry_of":null,)" + start +
                       R"("finished_at":null,"outcome":null,"reason":null,"exit_code":null,)" + place);
    }
}

BOOST_AUTO_TEST_CASE(says_how_it_ended) {
    for (const auto state : {job_state::succeeded, job_state::failed, job_state::timed_out, job_state::cancelled,
                             job_state::superseded, job_state::interrupted, job_state::expired, job_state::refused}) {
        auto job = ended(state);
        job.reason = "because";
        job.exit_code = 0;
        job.retry_of = "01jd0000000000000000000000";
        const std::string name(to_text(state));
        BOOST_TEST(text(job) == beginning(name, waits_for_nothing) +
                                    R"("attempt":1,"retry_of":"01jd0000000000000000000000",)" + start +
                                    R"("finished_at":"2026-01-31T12:05:00.000Z","outcome":")" + name +
                                    R"(","reason":"because","exit_code":0,)" + place);
    }
}

BOOST_AUTO_TEST_CASE(has_the_last_lines_that_its_agent_printed) {
    auto job = ended(job_state::failed);
    job.last_lines = "one\n\ntwo \xff";
    BOOST_TEST(text(job).ends_with("\"last_lines\":[\"one\",\"\",\"two \uFFFD\"]}"), text(job));
}

BOOST_AUTO_TEST_CASE(is_valid_whatever_bytes_somebody_put_into_a_reason) {
    auto job = ended(job_state::failed);
    job.reason = "\xff\"\n";
    BOOST_TEST(text(job).find("\"reason\":\"\uFFFD\\\"\\n\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
