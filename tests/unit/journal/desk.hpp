#pragma once

#include "core/ulid.hpp"
#include "journal/journal.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace familiar::test {

inline event::event sample_event(std::int64_t number = 7) {
    event::event made;
    made.what = event::action::opened;
    made.delivery = "d-1";
    made.repo = {.forge = event::provider::github, .path = "octo/cat", .default_branch = "main"};
    made.request.number = number;
    made.request.title = "Add \"quotes\" and ünïcode";
    made.request.source_branch = "feature";
    made.request.target_branch = "main";
    made.request.head = "0123456789abcdef0123456789abcdef01234567";
    made.request.head_origin = event::origin::same_repository;
    made.sender = {.login = "mona", .id = 12, .bot = false};
    return made;
}

inline journal::job_record sample_job(event::event subject = sample_event()) {
    journal::job_record job;
    job.id = core::make_ulid();
    job.head = subject.request.head;
    job.subject = std::move(subject);
    job.created_at = core::now();
    job.waiting_since = job.created_at;
    return job;
}

/// A job about a head or a comment, that says what it means.
inline journal::job_record job_meaning(std::string meaning, event::kind kind = event::kind::mr_updated) {
    auto job = sample_job();
    job.meaning = std::move(meaning);
    job.kind = kind;
    return job;
}

inline journal::job_record comment_job(std::int64_t comment) {
    auto job = job_meaning("comment " + std::to_string(comment), event::kind::mr_comment);
    job.subject.what = event::action::commented;
    job.subject.note.emplace().id = comment;
    return job;
}

/// The rule of a server that neither waits for more nor joins anything.
inline journal::placement in_turn(const journal::job_record& job, const journal::neighbours&) {
    return {.kind = job.kind, .waiting_since = job.waiting_since};
}

inline journal::delivery sample_delivery(std::string id) {
    return {.forge = event::provider::github,
            .id = std::move(id),
            .event_name = "pull_request",
            .body = R"({"action":"opened"})",
            .received = core::now()};
}

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A directory, an event loop, and the journal of a server in it.
struct desk {
    temporary_directory folder;
    std::filesystem::path path = folder / "familiar.db";
    boost::asio::io_context context{1};
    std::unique_ptr<journal::journal> book{};

    core::result<std::unique_ptr<journal::journal>> try_open() const {
        return journal::journal::open({.path = path, .busy_timeout = std::chrono::seconds(20)});
    }

    journal::journal& open() {
        book.reset();
        auto opened = try_open();
        if (!opened) throw std::runtime_error(core::describe(opened.error()));
        book = std::move(*opened);
        return *book;
    }

    template <class T>
    T run(boost::asio::awaitable<T> call) {
        return run_coroutine(context, std::move(call));
    }

    /// Records a delivery with a job; the job's id.
    std::string add(const std::string& delivery, journal::job_record job = sample_job()) {
        return run(book->record(sample_delivery(delivery), std::move(job))).value().job;
    }

    core::result<journal::placed> try_to_place(const std::string& job, journal::job_change authorised,
                                               journal::placement_rule rule = in_turn) {
        return run(book->place(find(job), std::move(authorised), std::move(rule)));
    }

    journal::placed place(const std::string& job, journal::placement_rule rule = in_turn) {
        return try_to_place(job, {.state = journal::job_state::queued}, std::move(rule)).value();
    }

    /// Records a job and lets it wait for its turn; its id.
    std::string enqueue(const std::string& delivery, journal::job_record job = sample_job()) {
        const auto id = add(delivery, std::move(job));
        place(id);
        return id;
    }

    journal::job_record move(const std::string& job, journal::job_state state) {
        return run(book->update(job, {.state = state})).value();
    }

    journal::job_record find(const std::string& job) { return run(book->find(job)).value().value(); }
};

}  // namespace familiar::test
