#include "app/reload.hpp"

#include "async/race.hpp"
#include "observe/log.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <string>

using namespace familiar;
using namespace familiar::test;
namespace asio = boost::asio;

namespace {

config::load_result configuration(const std::string& more = {}) {
    return config::parse("providers: {github: {webhook_secret: the-first-secret}}\n" + more, "f.yaml", {});
}

/// A server as far as a reload sees it. Signals are sent for real.
struct house {
    house() { app::hold_signals(); }
    ~house() { pool.join(); }
    house(const house&) = delete;
    house& operator=(const house&) = delete;

    asio::io_context context{1};
    asio::thread_pool pool{2};
    config::current settings{configuration().value().values};
    job::gates gates{context.get_executor()};
    app::status known{.gates = gates};
    app::service_manager manager{{}};
    observe::log_capture log;
    int changes = 0;

    /// Reloads, with what `read` finds, until `enough`.
    template <class Enough>
    void reload(app::configuration_reader read, Enough enough) {
        app::hangups requests(context.get_executor());
        ::raise(SIGHUP);
        app::reload_parts parts{settings, requests, std::move(read), pool, known, manager, [this] { ++changes; }};
        run_coroutine(context, async_until(std::move(parts), enough));
    }

private:
    template <class Enough>
    static asio::awaitable<void> async_until(app::reload_parts parts, Enough enough) {
        co_await async::race(app::keep_reloading(std::move(parts)), wait_until(enough));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reload, house)

BOOST_AUTO_TEST_CASE(puts_another_configuration_in_force_and_tells_those_who_hold_a_copy) {
    reload([] { return configuration("agents: {timeout: 7s}\nserver: {port: 9}\n"); }, [&] { return changes == 1; });
    BOOST_TEST((settings->agents.timeout == std::chrono::seconds(7)));
    BOOST_TEST(settings->server.port == 7000);
    BOOST_TEST(log.contains("changed=agents.timeout needs_restart=server.port"));
    BOOST_TEST(log.contains("server.port: changed in the file, needs a restart"));
}

BOOST_AUTO_TEST_CASE(of_a_wrong_configuration_names_every_mistake_and_changes_nothing) {
    const auto before = settings.snapshot();
    reload([] { return configuration("agents: {timeout: 7}\nserver: {prot: 9}\n"); },
           [&] { return log.contains("the old configuration stays in force"); });
    BOOST_TEST(changes == 0);
    BOOST_TEST((settings.snapshot() == before));
    BOOST_TEST(log.lines().size() == 3u);
    BOOST_TEST(log.contains("file=f.yaml line=2 column=19 reason=\"agents.timeout"));
    BOOST_TEST(log.contains("file=f.yaml line=3 column=10 reason=\"server.prot"));
}

BOOST_AUTO_TEST_CASE(shows_warnings_but_none_of_the_new_secrets) {
    reload(
        [] {
            auto read = configuration("server: {api_token: the-second-secret}\n");
            read->warnings.push_back({"f.yaml", 1, 1, "something of the-second-secret"});
            return read;
        },
        [&] { return changes == 1; });
    BOOST_TEST(log.contains("something of ***"));
    BOOST_TEST(!log.contains("the-second-secret"));
    BOOST_TEST(log.contains("changed=server.api_token"));
}

BOOST_AUTO_TEST_CASE(is_not_done_while_the_server_drains) {
    known.draining = true;
    reload([] { return configuration("agents: {timeout: 7s}\n"); },
           [&] { return log.contains("SIGHUP is ignored: the server is draining"); });
    BOOST_TEST(changes == 0);
}

BOOST_AUTO_TEST_CASE(that_was_begun_before_a_drain_changes_nothing_any_more) {
    reload(
        [this] {
            asio::post(context, [this] { known.draining = true; });
            return configuration("agents: {timeout: 7s}\n");
        },
        [&] { return log.contains("the configuration is not read again"); });
    BOOST_TEST(changes == 0);
}

BOOST_AUTO_TEST_CASE(follows_another_one_in_order_and_never_overlaps_it) {
    std::atomic<int> reading = 0;
    std::atomic<bool> overlapped = false;
    int reads = 0;
    reload(
        [&] {
            if (++reading > 1) overlapped = true;
            // Two more while this one is being done.
            if (++reads == 1) asio::post(context, [] { ::raise(SIGHUP), ::raise(SIGHUP); });
            auto read = configuration("agents: {timeout: " + std::to_string(reads) + "m}\n");
            --reading;
            return read;
        },
        [&] { return changes == 3; });
    BOOST_TEST(!overlapped);
    BOOST_TEST((settings->agents.timeout == std::chrono::minutes(3)));
}

BOOST_AUTO_TEST_CASE(shows_what_changed_whichever_of_the_two_levels_would) {
    const auto is_told = [this](const char* level) {
        const observe::log_capture* lines = &log;
        const auto text = std::string("logging: {level: ") + level + "}\n";
        const auto before = lines->lines().size();
        reload([text] { return configuration(text); }, [this, before] { return log.lines().size() > before; });
        return log.lines().at(before).find("changed=logging.level") != std::string::npos;
    };
    BOOST_TEST(is_told("error"));
    const auto at_error = log.lines().size();
    observe::info("not to be seen");
    BOOST_TEST(log.lines().size() == at_error);
    BOOST_TEST(is_told("info"));
}

BOOST_AUTO_TEST_SUITE_END()
