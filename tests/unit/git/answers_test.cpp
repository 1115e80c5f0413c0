// What a real git makes of a forge that refuses, limits, breaks off or is not there.
#include "git/answer_trace.hpp"
#include "git/environment.hpp"
#include "process/run.hpp"
#include "support/scripted_server.hpp"
#include "unit/git/workshop.hpp"

#include <boost/test/data/test_case.hpp>

#include <ostream>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace fs = std::filesystem;

namespace {

/// A cache without a forge.
struct cabinet {
    explicit cabinet(std::size_t retries = 0) : retries(retries) { BOOST_REQUIRE(cache.open()); }
    ~cabinet() {
        pool.join();
        BOOST_CHECK(fs::is_empty(folder / "cache/tmp"));
    }
    cabinet(const cabinet&) = delete;
    cabinet& operator=(const cabinet&) = delete;

    git::settings settings() const {
        git::settings out;
        out.cache_dir = folder / "cache";
        out.timeout = 60s;
        out.retry = {retries, 1ms, 2ms};
        return out;
    }

    /// What a job is told whose repository is at this URL.
    core::error failure_at(const std::string& url) {
        git::workspace_request wanted;
        wanted.from = {"github/team/app", url, "bot", core::secret("t0ken-4711"), {}};
        wanted.job = "job1";
        wanted.head_ref = "refs/pull/7/head";
        wanted.number = 7;
        const auto made = run_coroutine(context, cache.prepare(wanted));
        BOOST_REQUIRE(!made);
        for (const auto* secret : {"t0ken-4711", "Ym90OnQwa2VuLTQ3MTE="})
            BOOST_CHECK(made.error().message.find(secret) == std::string::npos);
        return made.error();
    }

    core::result<void> reach(const std::string& base, std::chrono::milliseconds limit = 30s) {
        return run_coroutine(context, cache.reach(base, limit));
    }

    std::size_t retries;
    temporary_directory folder;
    boost::asio::io_context context{1};
    boost::asio::thread_pool pool{1};
    git::cache cache{context.get_executor(), pool, settings()};
};

struct answer {
    const char* status;
    const char* headers;
    errc meaning;
    std::optional<std::chrono::milliseconds> wait;
};

std::ostream& operator<<(std::ostream& out, const answer& what) {
    return out << what.status << ' ' << what.headers;
}

const std::vector<answer> answers{
    {"401 Unauthorized", "", errc::authentication_failed, {}},
    {"403 Forbidden", "", errc::authentication_failed, {}},
    {"403 Forbidden", "X-RateLimit-Remaining: 17\r\n", errc::authentication_failed, {}},
    {"403 Forbidden", "Retry-After: 77\r\n", errc::unavailable, 77s},
    {"403 Forbidden", "x-ratelimit-remaining: 0\r\n", errc::unavailable, 60s},
    {"403 Forbidden",
     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: 784111837\r\n",
     errc::unavailable, 60s},
    {"404 Not Found", "", errc::not_found, {}},
    {"408 Request Timeout", "", errc::unavailable, {}},
    {"410 Gone", "", errc::not_found, {}},
    {"418 I'm a teapot", "", errc::refused, {}},
    {"429 Too Many Requests", "", errc::unavailable, 60s},
    {"429 Too Many Requests", "Retry-After: 120\r\n", errc::unavailable, 120s},
    {"429 Too Many Requests", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:51:07 GMT\r\n",
     errc::unavailable, 90s},
    {"429 Too Many Requests", "RateLimit-Remaining: 0\r\nRateLimit-Reset: 300\r\n", errc::unavailable, 300s},
    {"500 Internal Server Error", "", errc::unavailable, {}},
    {"502 Bad Gateway", "", errc::unavailable, {}},
    {"503 Service Unavailable", "", errc::unavailable, {}},
    {"503 Service Unavailable", "Retry-After: 5\r\n", errc::unavailable, 5s},
};

std::uint16_t port_of(const git_forge& forge) {
    const auto url = forge.url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(what_a_forge_answers, cabinet)

BOOST_DATA_TEST_CASE(decides_whether_and_when_git_is_run_again, boost::unit_test::data::make(answers)) {
    const scripted_server forge(answering_http(sample.status, sample.headers));
    const auto failure = failure_at(forge.url() + "/team/app.git");
    BOOST_TEST((failure.code == sample.meaning), failure.message);
    BOOST_TEST((failure.retry_after == sample.wait), failure.message);
    const auto wait = sample.wait ? "asks for " + core::to_text(*sample.wait) : std::string();
    BOOST_TEST(failure.message.find(wait) != std::string::npos, failure.message);
}

BOOST_AUTO_TEST_CASE(is_not_asked_for_again_where_it_wants_more_patience_than_there_is) {
    cabinet persistent(2);
    const scripted_server limited(answering_http("429 Too Many Requests", "Retry-After: 120\r\n"));
    BOOST_TEST((persistent.failure_at(limited.url() + "/team/app.git").retry_after == 120s));
    BOOST_TEST(limited.connections() == 1);

    const scripted_server passing(answering_http("429 Too Many Requests", "Retry-After: 0\r\n"));
    BOOST_TEST((persistent.failure_at(passing.url() + "/team/app.git").retry_after == 0s));
    BOOST_TEST(passing.connections() == 3);
}

BOOST_AUTO_TEST_CASE(is_heard_also_behind_a_long_story) {
    std::string story;
    for (int i = 0; i < 500; ++i) story += "X-Story-" + std::to_string(i) + ": " + std::string(150, 'x') + "\r\n";
    const scripted_server forge(answering_http("429 Too Many Requests", story + "Retry-After: 33\r\n"));
    const auto failure = failure_at(forge.url() + "/team/app.git");
    BOOST_TEST((failure.code == errc::unavailable), failure.message);
    BOOST_TEST((failure.retry_after == 33s));
    BOOST_TEST(failure.message.size() < 1000u);
    BOOST_TEST(failure.message.find("X-Story") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_not_what_a_connection_that_breaks_says) {
    const auto refused = "127.0.0.1:" + std::to_string(free_port());
    const scripted_server close(closing());
    const scripted_server reset(resetting());
    const scripted_server half(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n001e# service"));
    for (const auto& where : {refused, std::string("nosuch.invalid"), close.authority(), reset.authority()})
        for (const auto* scheme : {"http://", "https://", "git://"}) {
            const auto failure = failure_at(scheme + where + "/team/app.git");
            BOOST_TEST((failure.code == errc::unavailable), failure.message);
            BOOST_TEST(!failure.retry_after);
        }
    const auto failure = failure_at(half.url() + "/team/app.git");
    BOOST_TEST((failure.code == errc::unavailable), failure.message);
}

BOOST_AUTO_TEST_CASE(needs_a_certificate_and_tls) {
    const scripted_server stranger(untrusted());
    const auto distrust = failure_at("https://" + stranger.authority() + "/team/app.git");
    BOOST_TEST((distrust.code == errc::child_failed), distrust.message);
    BOOST_TEST(distrust.message.find("see git.ca_file") != std::string::npos, distrust.message);
    const scripted_server nonsense([](int connection) { (void)::write(connection, "HTTP/1.1 400 Bad\r\n\r\n", 20); });
    const auto clear = failure_at("https://" + nonsense.authority() + "/team/app.git");
    BOOST_TEST((clear.code == errc::child_failed), clear.message);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(in_the_middle_of_a_pack)

BOOST_AUTO_TEST_CASE(an_end_is_early_and_tried_again) {
    workshop w;
    std::string noise;
    for (unsigned i = 1; noise.size() < 400'000; i = i * 1664525 + 1013904223) noise += static_cast<char>('!' + i % 90);
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"large.txt", noise}}, "refs/heads/feature");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    const scripted_server cut(relaying(port_of(w.forge), 100'000));
    auto request = w.request("job1");
    request.from.url = cut.url() + "/team/app.git";
    const auto made = w.prepare(request);
    CHECK_ERROR(made, unavailable);
    BOOST_TEST(made.error().message.find("early EOF") != std::string::npos, made.error().message);
    BOOST_TEST(!fs::exists(w.mirror()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(reaching_a_forge, cabinet)

BOOST_AUTO_TEST_CASE(succeeds_whatever_it_says_of_the_repository) {
    for (const auto* status :
         {"200 OK", "301 Moved", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"}) {
        const scripted_server forge(answering_http(status));
        BOOST_TEST(reach(forge.url()).has_value(), status);
        BOOST_TEST(forge.connections() > 0);
    }
    BOOST_TEST(reach("file://" + folder.path().string()).has_value());
    BOOST_TEST(reach("file:///nowhere/at/all/").has_value());
    const scripted_server stranger(untrusted());
    BOOST_TEST(reach("https://" + stranger.authority()).has_value());
}

BOOST_AUTO_TEST_CASE(fails_where_the_forge_is_out_of_order_and_knows_for_how_long) {
    const scripted_server down(answering_http("503 Service Unavailable"));
    const auto unwell = reach(down.url());
    CHECK_ERROR(unwell, unavailable);
    BOOST_TEST(!unwell.error().retry_after);
    BOOST_TEST(unwell.error().message.starts_with("git ls-remote of " + down.url() + ": "), unwell.error().message);

    const scripted_server limited(answering_http("429 Too Many Requests", "Retry-After: 42\r\n"));
    const auto told = reach(limited.url() + "/");
    CHECK_ERROR(told, unavailable);
    BOOST_TEST((told.error().retry_after == 42s));
}

BOOST_AUTO_TEST_CASE(fails_where_nobody_is) {
    const auto port = std::to_string(free_port());
    CHECK_ERROR(reach("http://127.0.0.1:" + port), unavailable);
    CHECK_ERROR(reach("git://127.0.0.1:" + port), unavailable);
    CHECK_ERROR(reach("https://nosuch.invalid"), unavailable);
}

BOOST_AUTO_TEST_CASE(ends_at_its_limit_where_nothing_is_said) {
    const scripted_server forge(silent());
    const auto started = std::chrono::steady_clock::now();
    CHECK_ERROR(reach(forge.url(), 300ms), timed_out);
    BOOST_TEST((std::chrono::steady_clock::now() - started < 20s));
}

BOOST_AUTO_TEST_CASE(shows_no_credentials) {
    const scripted_server forge([](int connection) {
        std::string request(4096, '\0');
        request.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(connection, request.data(), 4096))));
        const bool anonymous = request.find("uthorization") == std::string::npos && request.starts_with("GET ");
        const std::string status = anonymous ? "404 Not Found" : "503 Service Unavailable";
        const auto answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        (void)::write(connection, answer.data(), answer.size());
    });
    BOOST_TEST(reach(forge.url()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(traces)

BOOST_AUTO_TEST_CASE(the_last_answer_with_the_status_counts) {
    const auto trace = [](std::initializer_list<const char*> headers) {
        std::string text = "19:16:05.767670 http.c:725              == Info: <= Recv header: Retry-After: 1\n";
        for (const std::string header : headers)
            text += "19:16:05.767670 http.c:684   <= Recv header: " + header + "\r\n";
        return text;
    };
    const auto wait = [](const std::string& text, unsigned status) {
        return git::headers_of_answer(text, status).retry_after.value_or("none");
    };
    BOOST_TEST(wait(trace({"HTTP/1.1 429 Too Many", "Retry-After: 7", ""}), 429) == "7");
    BOOST_TEST(wait(trace({"HTTP/2 429", "retry-after: 7", ""}), 429) == "7");
    BOOST_TEST(wait(trace({"HTTP/2 429", "retry-after: 7", "", "HTTP/2 503", "retry-after: 8"}), 429) == "7");
    BOOST_TEST(wait(trace({"HTTP/2 429", "retry-after: 7", "", "HTTP/2 429", ""}), 429) == "none");
    BOOST_TEST(wait(trace({"HTTP/2 200", "retry-after: 7"}), 429) == "none");
    BOOST_TEST(wait(trace({"retry-after: 7"}), 429) == "none");
    BOOST_TEST(wait(trace({"HTTP/2", "HTTP/2 x", "HTTP/2 99999999999999", "retry-after"}), 429) == "none");
    BOOST_TEST(wait("", 429) == "none");
    BOOST_TEST(wait("=> Send header: x <= Recv header: HTTP/2 429\n=> Send header: <= Recv header: retry-after: 7",
                    429) == "none");
}

BOOST_AUTO_TEST_CASE(a_trace_of_a_real_clone_is_short_private_without_the_token_and_gone_afterwards) {
    workshop w;
    const auto from = w.request("job1").from;
    const auto folder = w.folder / "cache/tmp";
    const auto file_in = [&] { return fs::directory_iterator(folder)->path(); };
    {
        const git::answer_trace trace(folder);
        BOOST_TEST((fs::status(file_in()).permissions() == fs::perms(0600)));
        process::command clone{.argv = {"git", "clone", "--quiet", "--bare", from.url, (w.folder / "clone").string()}};
        clone.environment = git::environment(&from);
        for (const auto& variable : trace.environment()) clone.environment.push_back(variable);
        const auto cloned = run_coroutine(w.context, process::run(clone));
        BOOST_REQUIRE(cloned.has_value());
        BOOST_TEST(cloned->status.success(), cloned->err);
        BOOST_TEST(cloned->err.empty(), cloned->err);

        const auto text = trace.text();
        BOOST_TEST(text.find("Authorization: Basic <redacted>") != std::string::npos);
        BOOST_TEST(text.find("<= Recv header: HTTP/1.1 200 OK") != std::string::npos);
        BOOST_TEST(text.find(git_forge::password) == std::string::npos);
        BOOST_TEST(text.find(core::to_base64(std::string(git_forge::user) + ":" + git_forge::password)) ==
                   std::string::npos);
        BOOST_TEST(text.size() < 50'000u);
    }
    BOOST_TEST(fs::is_empty(folder));
}

BOOST_AUTO_TEST_CASE(without_a_folder_there_is_none_and_git_works_all_the_same) {
    const git::answer_trace trace("/nowhere/at/all");
    BOOST_TEST(trace.environment().empty());
    BOOST_TEST(trace.text().empty());
}

BOOST_AUTO_TEST_CASE(of_a_very_long_one_the_end_is_read) {
    const temporary_directory folder;
    const git::answer_trace trace(folder.path());
    write(trace.environment().at(0).value, std::string(3'000'000, 'x') + "end");
    BOOST_TEST(trace.text().size() < 1'000'000u);
    BOOST_TEST(trace.text().ends_with("end"));
}

BOOST_AUTO_TEST_SUITE_END()
