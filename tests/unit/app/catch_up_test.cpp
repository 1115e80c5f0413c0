#include "app/catch_up.hpp"

#include "core/ulid.hpp"
#include "support/fake_forge.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_data.hpp"
#include "support/unit_test.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;

namespace {

core::error away() {
    return core::fail(core::errc::unavailable, "the server answers 502 Bad Gateway");
}

/// A server's journal of before, and a forge with something to tell.
struct returned_server {
    returned_server() {
        settings.retry.initial_backoff = 1ms;
        settings.retry.max_backoff = 2ms;
        reopen();
    }

    void reopen() {
        book.reset();
        auto opened = journal::journal::open({.path = folder / "familiar.db"});
        if (!opened) throw std::runtime_error(core::describe(opened.error()));
        book = std::move(*opened);
    }

    /// A job of before about this head.
    void had_job(event::provider which, const std::string& path, std::int64_t number, const std::string& head) {
        journal::job_record job;
        job.id = core::make_ulid(core::now());
        job.subject.repo = {.forge = which, .path = path, .default_branch = {}};
        job.subject.request.number = number;
        job.subject.request.head = head;
        job.subject.request.source_branch = "spin";
        job.subject.request.head_origin = event::origin::same_repository;
        job.created_at = core::now();
        const journal::delivery origin{
            .forge = which, .id = job.id, .event_name = "x", .body = "{}", .received = core::now()};
        BOOST_REQUIRE(run_coroutine(context, book->record(origin, job)));
        reopen();
    }

    void run(event::provider which) {
        const config::current in_force(settings);
        const auto accept = [this](journal::delivery origin,
                                   event::event incoming) -> boost::asio::awaitable<core::result<job::answer>> {
            return take(std::move(origin), std::move(incoming));
        };
        run_coroutine(
            context, app::catch_up({which, in_force, *book, [this](event::provider) { return api; }, accept, metrics}));
    }

    boost::asio::awaitable<core::result<job::answer>> take(journal::delivery origin, event::event incoming) {
        if (storage_failures > 0) {
            --storage_failures;
            co_return core::fail(core::errc::busy, "the database is busy");
        }
        origins.push_back(std::move(origin));
        events.push_back(std::move(incoming));
        co_return given;
    }

    /// familiar_deliveries_recovered_total of that forge, as /metrics shows it.
    bool counted(const std::string& name, int times) const {
        return metrics.render().find("familiar_deliveries_recovered_total{provider=\"" + name + "\"} " +
                                     std::to_string(times) + "\n") != std::string::npos;
    }

    void has_missed(const std::string& id, const std::string& event_name, const std::string& body) {
        missed.push_back({.id = id, .event_name = event_name, .body = body, .sent = core::now()});
    }

    static provider::merge_request_state request(std::int64_t number, const std::string& head) {
        provider::merge_request_state state;
        state.request.number = number;
        state.request.head = head;
        state.request.author.login = "ada";
        return state;
    }

    /// What was taken up, in short: "opened 7 abc".
    std::vector<std::string> taken() const {
        std::vector<std::string> all;
        for (const auto& one : events)
            all.push_back(std::string(to_text(one.what)) + ' ' + std::to_string(one.request.number) + ' ' +
                          one.request.head);
        return all;
    }

    boost::asio::io_context context{1};
    temporary_directory folder;
    std::unique_ptr<journal::journal> book;
    config::settings settings;
    observe::metrics metrics{"test"};
    fake_forge forge;
    fake_forge* api = &forge;
    std::vector<provider::missed_delivery> missed;

    job::answer given = job::queued{"job"};
    int storage_failures = 0;
    std::vector<journal::delivery> origins;
    std::vector<event::event> events;
};

using words = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(catching_up, returned_server)

BOOST_AUTO_TEST_CASE(asks_nothing_for_a_new_journal) {
    run(event::provider::github);
    run(event::provider::gitlab);
    BOOST_TEST(forge.calls.empty());
}

BOOST_AUTO_TEST_CASE(does_nothing_without_an_api) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    api = nullptr;
    run(event::provider::github);
    BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(reads_the_deliveries_that_github_could_not_make_as_if_they_had_come_now) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    settings.triggers.repositories = {"acme/*", "octo/cat"};
    has_missed("guid-1", "pull_request", read_payload("github", "pull_request.opened"));
    has_missed("guid-2", "ping", "{}");
    has_missed("guid-3", "pull_request", "no JSON");
    forge.on_missed = [&](const std::string& hook, const words& paths, core::wall_time since) {
        BOOST_TEST(hook == "/webhook/github");
        BOOST_TEST(paths == (words{"acme/widgets", "octo/cat"}), boost::test_tools::per_element());
        BOOST_TEST((since <= core::now() - 1min));
        BOOST_TEST((since >= core::now() - 2min));
        return missed;
    };
    run(event::provider::github);
    BOOST_REQUIRE(events.size() == 1u);
    BOOST_TEST((events[0].what == event::action::opened));
    BOOST_TEST(events[0].delivery == "guid-1");
    BOOST_TEST(origins[0].id == "guid-1");
    BOOST_TEST(origins[0].event_name == "pull_request");
    BOOST_TEST(origins[0].body == missed[0].body);
    BOOST_TEST((core::now() - origins[0].received < 1min));
    BOOST_TEST(counted("github", 1));
    BOOST_TEST(forge.calls["open_requests"] == 0);
}

BOOST_AUTO_TEST_CASE(counts_only_what_is_new) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    has_missed("guid-1", "pull_request", read_payload("github", "pull_request.opened"));
    forge.on_missed = [&](const std::string&, const words&, core::wall_time) { return missed; };
    given = job::duplicate{"job"};
    run(event::provider::github);
    given = job::ignored{"draft"};
    run(event::provider::github);
    BOOST_TEST(events.size() == 2u);
    BOOST_TEST(counted("github", 0));
}

BOOST_AUTO_TEST_CASE(counts_a_close_that_has_no_job) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    has_missed("guid-1", "pull_request", read_payload("github", "pull_request.closed"));
    forge.on_missed = [&](const std::string&, const words&, core::wall_time) { return missed; };
    given = job::ignored{"the merge request is closed"};
    run(event::provider::github);
    BOOST_TEST(counted("github", 1));
}

BOOST_AUTO_TEST_CASE(takes_heads_at_gitlab_that_the_journal_does_not_know_as_opened_or_updated) {
    had_job(event::provider::gitlab, "acme/widgets", 7, "abc");
    forge.on_open_requests = [&](const std::string& path, core::wall_time) {
        BOOST_TEST(path == "acme/widgets");
        return std::vector{request(7, "abc"), request(8, "abc"), request(9, "")};
    };
    run(event::provider::gitlab);
    BOOST_TEST(taken() == words{"opened 8 abc"}, boost::test_tools::per_element());

    events.clear();
    forge.on_open_requests = [&](const std::string&, core::wall_time) { return std::vector{request(7, "def")}; };
    run(event::provider::gitlab);
    BOOST_TEST(taken() == words{"updated 7 def"}, boost::test_tools::per_element());
    BOOST_TEST(events[0].before == "abc");
    BOOST_TEST(events[0].sender.login == "ada");
    BOOST_TEST(counted("gitlab", 2));
    BOOST_TEST(forge.calls["missed_deliveries"] == 0);
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_repository_that_gitlab_does_not_show) {
    had_job(event::provider::gitlab, "acme/gone", 7, "abc");
    had_job(event::provider::gitlab, "acme/widgets", 7, "abc");
    forge.on_open_requests = [&](const std::string& path,
                                 core::wall_time) -> core::result<std::vector<provider::merge_request_state>> {
        if (path == "acme/gone") return core::fail(core::errc::not_found, "no such project");
        return std::vector{request(8, "abc")};
    };
    run(event::provider::gitlab);
    BOOST_TEST(forge.calls["open_requests"] == 2);
    BOOST_TEST(taken() == words{"opened 8 abc"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(takes_up_no_more_than_is_reasonable_at_once) {
    had_job(event::provider::gitlab, "acme/widgets", 1, "abc");
    forge.on_open_requests = [&](const std::string&, core::wall_time) {
        std::vector<provider::merge_request_state> many;
        for (int number = 100; number < 700; ++number) many.push_back(request(number, "def"));
        return many;
    };
    run(event::provider::gitlab);
    BOOST_TEST(events.size() == 500u);
}

BOOST_AUTO_TEST_CASE(tries_again_what_passes_and_waits_as_long_as_the_forge_asks_for) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    has_missed("guid-1", "pull_request", read_payload("github", "pull_request.opened"));
    int failures = 3;
    forge.on_missed = [&](const std::string&, const words&,
                          core::wall_time) -> core::result<std::vector<provider::missed_delivery>> {
        if (failures-- == 0) return missed;
        auto failure = away();
        failure.retry_after = 20ms;  // more than max_backoff
        return failure;
    };
    storage_failures = 2;
    run(event::provider::github);
    BOOST_TEST(forge.calls["missed_deliveries"] == 4);
    BOOST_TEST(events.size() == 1u);
    BOOST_TEST(counted("github", 1));
}

BOOST_AUTO_TEST_CASE(gives_up_what_will_not_pass) {
    had_job(event::provider::github, "acme/widgets", 1, "abc");
    forge.on_missed = [&](const std::string&, const words&,
                          core::wall_time) -> core::result<std::vector<provider::missed_delivery>> {
        return core::fail(core::errc::authentication_failed, "401");
    };
    run(event::provider::github);
    BOOST_TEST(forge.calls["missed_deliveries"] == 1);
    forge.on_missed = [&](const std::string&, const words&,
                          core::wall_time) -> core::result<std::vector<provider::missed_delivery>> { return away(); };
    run(event::provider::github);
    BOOST_TEST(forge.calls["missed_deliveries"] == 102);
}

BOOST_AUTO_TEST_SUITE_END()
