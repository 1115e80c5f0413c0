#include "app/upkeep.hpp"

#include "core/ulid.hpp"
#include "observe/log.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr auto old = 31 * 24h;
constexpr auto young = 29 * 24h;

/// A database, logs and mirrors, with the defaults of how long they are kept: a month.
struct household {
    household() {
        settings.logging.dir = folder / "logs";
        if (!repositories.open()) throw std::runtime_error("no cache");
        auto opened = journal::journal::open({.path = folder / "familiar.db"});
        if (!opened) throw std::runtime_error(core::describe(opened.error()));
        book = std::move(*opened);
    }
    ~household() { pool.join(); }
    household(const household&) = delete;
    household& operator=(const household&) = delete;

    app::upkeep_parts parts() {
        in_force.replace(settings);
        return {in_force, *book, repositories, pool};
    }
    void clean_up() { run_coroutine(context, app::clean_up(parts())); }

    static journal::delivery delivery(const std::string& id, std::chrono::hours age) {
        return {.forge = event::provider::github,
                .id = id,
                .event_name = "pull_request",
                .body = "{}",
                .received = core::now() - age};
    }

    /// A delivery that led to nothing.
    void add_delivery(const std::string& id, std::chrono::hours age) {
        BOOST_REQUIRE(run_coroutine(context, book->record(delivery(id, age), std::nullopt)));
    }

    /// A job that ended so long ago, of a delivery of the same name; its id.
    std::string add_job(const std::string& id, std::chrono::hours age) {
        journal::job_record job;
        job.id = core::make_ulid();
        job.subject.what = event::action::opened;
        job.subject.repo = {.forge = event::provider::github, .path = "team/app", .default_branch = "main"};
        job.subject.request.number = 7;
        job.created_at = core::now() - age;
        BOOST_REQUIRE(run_coroutine(context, book->record(delivery(id, age), job)));
        const journal::job_change ended{.state = journal::job_state::failed, .finished_at = core::now() - age};
        BOOST_REQUIRE(run_coroutine(context, book->update(job.id, ended)));
        return job.id;
    }

    bool has_delivery(const std::string& id) {
        return run_coroutine(context, book->find_delivery(event::provider::github, id)).value().has_value();
    }
    bool has_job(const std::string& id) { return run_coroutine(context, book->find(id)).value().has_value(); }

    static void set_back(const fs::path& path, std::chrono::hours age) {
        fs::last_write_time(path, fs::file_time_type::clock::now() - age);
    }

    fs::path add_log(std::chrono::hours age) {
        const auto file =
            settings.logging.dir / "github/team/app/7" / ("20260131T120000Z-mr_opened-" + core::make_ulid() + ".log");
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "text\n";
        set_back(file, age);
        return file;
    }

    fs::path add_mirror(const std::string& name, std::chrono::hours age) {
        const auto mirror = folder / ("cache/mirrors/github/team/" + name + ".git");
        fs::create_directories(mirror.parent_path());
        BOOST_REQUIRE(std::system(("git init --quiet --bare '" + mirror.string() + "'").c_str()) == 0);
        set_back(mirror, age);
        return mirror;
    }

    git::settings cache_settings() const {
        return {.cache_dir = folder / "cache", .timeout = 60s, .author_name = {}, .author_email = {}, .retry = {}};
    }

    temporary_directory folder;
    asio::io_context context{1};
    asio::thread_pool pool{2};
    config::settings settings;
    config::current in_force{settings};
    git::cache repositories{context.get_executor(), pool, cache_settings()};
    std::unique_ptr<journal::journal> book;
    observe::log_capture log;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upkeep, household)

BOOST_AUTO_TEST_CASE(removes_what_is_old_and_keeps_what_is_young) {
    const auto old_job = add_job("old", old);
    const auto young_job = add_job("young", young);
    add_delivery("old alone", old);
    add_delivery("young alone", young);
    const auto old_log = add_log(old);
    const auto young_log = add_log(young);
    const auto old_mirror = add_mirror("old", old);
    const auto young_mirror = add_mirror("young", young);
    clean_up();

    BOOST_TEST(!has_job(old_job));
    BOOST_TEST(!has_delivery("old"));
    BOOST_TEST(!has_delivery("old alone"));
    BOOST_TEST(!fs::exists(old_log));
    BOOST_TEST(!fs::exists(old_mirror));
    BOOST_TEST(has_job(young_job));
    BOOST_TEST(has_delivery("young"));
    BOOST_TEST(has_delivery("young alone"));
    BOOST_TEST(fs::exists(young_log));
    BOOST_TEST(fs::exists(young_mirror));
    BOOST_TEST(log.contains("removed what was old"));
    BOOST_TEST(log.contains("logs=1 mirrors=1"));
    BOOST_TEST(log.lines().size() == 1u);
}

BOOST_AUTO_TEST_CASE(says_nothing_where_nothing_is_old) {
    add_job("young", young);
    add_log(young);
    add_mirror("young", young);
    clean_up();
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_CASE(keeps_for_ever_what_it_is_told_to_keep) {
    settings.storage.retention = 0ms;
    settings.repo_cache.unused_for = 0ms;
    settings.logging.retention_days = 0;
    const auto job = add_job("old", 4000 * 24h);
    const auto kept_log = add_log(4000 * 24h);
    const auto mirror = add_mirror("old", 4000 * 24h);
    clean_up();
    BOOST_TEST(has_job(job));
    BOOST_TEST(fs::exists(kept_log));
    BOOST_TEST(fs::exists(mirror));
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_CASE(goes_on_until_nothing_old_is_left) {
    constexpr int many = 1100;
    run_coroutine(context, [](journal::journal& into) -> asio::awaitable<void> {
        for (int i = 0; i < many; ++i) {
            auto what = delivery("d" + std::to_string(i), old);
            const auto recorded = co_await into.record(std::move(what), std::nullopt);
            if (!recorded) throw std::runtime_error(core::describe(recorded.error()));
        }
    }(*book));
    clean_up();
    BOOST_TEST(log.contains("rows=" + std::to_string(many)));
    BOOST_TEST(!has_delivery("d0"));
    BOOST_TEST(!has_delivery("d" + std::to_string(many - 1)));
}

BOOST_AUTO_TEST_CASE(does_the_rest_where_one_thing_fails) {
    const auto old_log = add_log(old);
    const auto mirror = add_mirror("old", old);
    add_mirror("no repository", young);
    fs::remove(folder / "cache/mirrors/github/team/no repository.git/HEAD");
    book->close();
    clean_up();
    BOOST_TEST(!fs::exists(old_log));
    BOOST_TEST(!fs::exists(mirror));
    BOOST_TEST(log.contains("jobs and deliveries"));
    BOOST_TEST(log.contains("not all mirrors could be packed"));
    BOOST_TEST(log.contains("rows=0 logs=1 mirrors=1"));
}

BOOST_AUTO_TEST_CASE(begins_at_once_and_ends_when_it_is_cancelled) {
    const auto old_log = add_log(old);
    asio::cancellation_signal stop;
    boost::system::error_code ended;
    asio::co_spawn(context, app::keep_house(parts()),
                   asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr& thrown) {
                       try {
                           if (thrown) std::rethrow_exception(thrown);
                       } catch (const boost::system::system_error& why) {
                           ended = why.code();
                       }
                   }));
    run_coroutine(context, [](household& in, asio::cancellation_signal& end) -> asio::awaitable<void> {
        co_await wait_until([&] { return in.log.contains("removed what was old"); });
        end.emit(asio::cancellation_type::terminal);
    }(*this, stop));
    BOOST_TEST((ended == asio::error::operation_aborted));
    BOOST_TEST(!fs::exists(old_log));
}

BOOST_AUTO_TEST_SUITE_END()
