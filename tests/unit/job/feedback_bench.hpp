#pragma once

#include "async/task_group.hpp"
#include "core/ulid.hpp"
#include "job/feedback.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"
#include "unit/job/told_forge.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace familiar::test {

/// A journal, both forges, and a server's feedback between them.
struct feedback_bench {
    using body = std::function<boost::asio::awaitable<void>(job::feedback&)>;

    feedback_bench() : settings(make_settings()) {
        auto opened = journal::journal::open({.path = folder / "familiar.db"});
        if (!opened) throw std::runtime_error(core::describe(opened.error()));
        book = std::move(*opened);
    }

    /// Runs a server's feedback with `meanwhile` beside it, and then ends it as a server does, or as kill -9 does.
    void run(body meanwhile, bool settles = true) { run_coroutine(context, drive(std::move(meanwhile), settles)); }

    /// The forges of run() have no API.
    void without_api() { has_api = false; }

    /// Merge request 7 got a new head.
    static event::event pushed(std::string head, event::provider forge = event::provider::github) {
        event::event made;
        made.what = event::action::updated;
        made.repo = {forge, "acme/widgets", "main"};
        made.request.number = 7;
        made.request.url = "https://forge/7";
        made.request.head = std::move(head);
        made.sender.login = "mona";
        return made;
    }

    /// Somebody speaks to the bot on it.
    static event::event asked(std::int64_t comment, std::string login = "mona") {
        auto made = pushed("aaaa");
        made.what = event::action::commented;
        auto& note = made.note.emplace();
        note.id = comment;
        note.url = "https://forge/c" + std::to_string(comment);
        made.sender.login = std::move(login);
        return made;
    }

    /// A new job as it stands: where `rule` places it, if there is one.
    boost::asio::awaitable<journal::job_record> record(event::event subject, journal::placement_rule rule) {
        journal::job_record made;
        made.id = core::make_ulid();
        while (made.id <= last_id_) made.id = core::make_ulid();
        last_id_ = made.id;
        made.kind = subject.note ? event::kind::mention : event::kind::mr_updated;
        made.created_at = made.waiting_since = core::now();
        subject.delivery = made.id;
        journal::delivery origin{subject.repo.forge, made.id, "pull_request", "{}", made.created_at};
        made.subject = std::move(subject);
        auto recorded = co_await book->record(std::move(origin), std::move(made), std::move(rule));
        BOOST_REQUIRE(recorded);
        co_return std::move(recorded->made.value().job);
    }

    /// One that waits to be authorised; its id.
    boost::asio::awaitable<std::string> received(event::event subject) {
        co_return (co_await record(std::move(subject), {})).id;
    }

    /// One that waits for its turn.
    boost::asio::awaitable<journal::job_record> queued(event::event subject = pushed("aaaa")) {
        journal::placement_rule in_turn = [](const journal::job_record& job, const journal::neighbours&) {
            return journal::placement{.kind = job.kind, .waiting_since = job.waiting_since};
        };
        co_return co_await record(std::move(subject), std::move(in_turn));
    }

    /// One that waits for an approval.
    boost::asio::awaitable<journal::job_record> held(event::event subject = pushed("aaaa")) {
        const auto id = co_await received(std::move(subject));
        auto placed = co_await book->hold(id, {.state = journal::job_state::held});
        BOOST_REQUIRE(placed);
        co_return std::move(placed->job);
    }

    boost::asio::awaitable<journal::job_record> change(std::string job, journal::job_change what) {
        auto changed = co_await book->update(std::move(job), std::move(what));
        BOOST_REQUIRE(changed);
        co_return std::move(*changed);
    }

    boost::asio::awaitable<journal::job_record> started(std::string job, std::string head = {}) {
        journal::job_change what;
        what.state = journal::job_state::running;
        what.started_at = core::now() - std::chrono::seconds(10);
        if (!head.empty()) what.head = std::move(head);
        co_return co_await change(std::move(job), std::move(what));
    }

    boost::asio::awaitable<journal::job_record> ended(std::string job, journal::job_state how,
                                                      std::string reason = {}) {
        journal::job_change what;
        what.state = how;
        what.reason = std::move(reason);
        what.finished_at = core::now();
        co_return co_await change(std::move(job), std::move(what));
    }

    /// A job that was run.
    boost::asio::awaitable<journal::job_record> done(event::event subject = pushed("aaaa"),
                                                     journal::job_state how = journal::job_state::succeeded,
                                                     std::string reason = {}) {
        auto job = co_await queued(std::move(subject));
        co_await started(job.id);
        co_return co_await ended(job.id, how, std::move(reason));
    }

    /// A job of somebody to whom the server says no.
    boost::asio::awaitable<journal::job_record> refused(event::event subject, std::string summary) {
        const auto job = co_await queued(std::move(subject));
        journal::job_change what;
        what.state = journal::job_state::refused;
        what.summary = std::move(summary);
        what.finished_at = core::now();
        co_return co_await change(job.id, std::move(what));
    }

    /// Suspends until the journal owes nothing to anybody.
    boost::asio::awaitable<void> all_told() {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        for (;;) {
            const auto owed = co_await book->to_tell(10);
            BOOST_REQUIRE(owed);
            if (owed->empty()) co_return;
            if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("somebody is not told");
            co_await async::sleep_for(std::chrono::milliseconds(5));
        }
    }

    static config::settings make_settings() {
        config::settings made;
        made.retry = {2, std::chrono::milliseconds(5), std::chrono::milliseconds(20)};
        return made;
    }

    temporary_directory folder;
    config::current settings;
    boost::asio::io_context context{1};
    std::unique_ptr<journal::journal> book;
    observe::metrics metrics{"test"};
    told_forge github;
    told_forge gitlab;
    bool has_api = true;
    observe::log_capture log;

private:
    boost::asio::awaitable<void> drive(body meanwhile, bool settles) {
        const auto lookup = [this](event::provider which) -> provider::forge* {
            if (!has_api) return nullptr;
            return which == event::provider::github ? &github : &gitlab;
        };
        job::feedback feedback(context.get_executor(), {settings, *book, lookup, metrics});
        async::task_group background(context.get_executor(),
                                     [](std::exception_ptr) { BOOST_ERROR("the feedback threw"); });
        background.spawn(feedback.keep_telling());
        std::exception_ptr failed;
        try {
            co_await meanwhile(feedback);
        } catch (...) {
            failed = std::current_exception();
        }
        if (settles) co_await feedback.settle_for(std::chrono::seconds(10));
        background.cancel();
        co_await background.join();
        if (failed) std::rethrow_exception(failed);
    }

    std::string last_id_{};
};

}  // namespace familiar::test
