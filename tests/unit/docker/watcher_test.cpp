#include "docker/watcher.hpp"

#include "async/task_group.hpp"
#include "real_engine.hpp"
#include "support/fake_docker.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <signal.h>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

using ends = std::vector<docker::container_end>;

/// Quick to come back, and so patient with a silent stream that only events and breaks count.
const docker::watch_policy quick{.backoff = {.initial_backoff = 10ms, .max_backoff = 50ms}, .reopen_every = 1h};

asio::awaitable<void> collect(docker::container_watch& watch, std::string name, ends& into) {
    into.push_back(*co_await watch.wait(std::move(name)));
}

/// The `docker events` children of this process.
std::vector<pid_t> event_streams() {
    std::vector<pid_t> found;
    for (const auto& [id, argv] : running_processes())
        if (argv.find(std::string("events\0", 7)) != argv.npos && parent_of(id) == ::getpid()) found.push_back(id);
    return found;
}

/// A watch that runs beside the test's own coroutine, and is over when that is.
template <class Body>
void beside(docker::container_watch& watch, Body body) {
    asio::io_context context(1);
    run_coroutine(context, [](docker::container_watch& watched, Body inner) -> asio::awaitable<void> {
        std::exception_ptr failed;
        async::task_group group(co_await asio::this_coro::executor,
                                [&](std::exception_ptr thrown) { failed = std::move(thrown); });
        group.spawn(watched.run());
        std::exception_ptr thrown;
        try {
            co_await inner(group);
        } catch (...) {
            thrown = std::current_exception();
        }
        group.cancel();
        co_await group.join();
        if (thrown) std::rethrow_exception(thrown);
        if (failed) std::rethrow_exception(failed);
    }(watch, std::move(body)));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watching_a_real_engine, real_engine)

BOOST_AUTO_TEST_CASE(the_ends_of_several_are_told_with_their_codes) {
    docker::container_watch watch(engine, labels, quick);
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        const std::map<std::string, std::string> scripts{{"0", "exit 0"}, {"5", "exit 5"}, {"137", "kill -9 $$"}};
        for (const auto& [code, script] : scripts) {
            const auto spec = container(script, code);
            value_of(co_await engine.create(spec));
            group.spawn(collect(watch, spec.name, seen));
        }
        for (const auto& [code, script] : scripts) value_of(co_await engine.start(container("", code).name));
        co_await wait_until([&] { return seen.size() == 3; });
        for (const auto& end : seen) {
            BOOST_TEST(!end.vanished);
            BOOST_TEST(end.name.ends_with("-" + std::to_string(end.exit_code)), end.name);
            BOOST_TEST(end.state.finished_at.has_value());
            value_of(co_await engine.remove(end.name));
        }
    });
}

BOOST_AUTO_TEST_CASE(one_that_ended_before_anybody_waited_is_told_at_once) {
    docker::container_watch watch(engine, labels, quick);
    const auto spec = container("exit 4");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine(ended_state(engine, spec.name));
    // Even without a stream.
    BOOST_TEST(run_coroutine(watch.wait(spec.name))->exit_code == 4);
    value_of(run_coroutine(engine.remove(spec.name)));
    const auto gone = run_coroutine(watch.wait(spec.name));
    BOOST_TEST(gone->vanished);
    BOOST_TEST(!gone->by_event);
}

BOOST_AUTO_TEST_CASE(one_that_is_removed_by_somebody_has_vanished_or_was_killed) {
    docker::container_watch watch(engine, labels, quick);
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        const auto spec = container("sleep 300");
        value_of(co_await engine.create(spec));
        group.spawn(collect(watch, spec.name, seen));
        value_of(co_await engine.start(spec.name));
        value_of(co_await engine.remove(spec.name));
        co_await wait_until([&] { return !seen.empty(); });
        BOOST_TEST((seen[0].vanished || seen[0].exit_code == 137));
        BOOST_TEST(seen[0].by_event);
    });
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_cut_is_reopened_and_reconciled) {
    std::vector<std::string> breaks;
    docker::container_watch watch(engine, labels, quick,
                                  [&](const core::error& failure) { breaks.push_back(failure.message); });
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        const auto before = container("sleep 300", "before");
        const auto after = container("sleep 300", "after");
        for (const auto& spec : {before, after}) {
            value_of(co_await engine.create(spec));
            value_of(co_await engine.start(spec.name));
            group.spawn(collect(watch, spec.name, seen));
        }
        co_await wait_until([] { return event_streams().size() == 1; });
        const pid_t first = event_streams().front();
        ::kill(first, SIGSTOP);  // deaf, so that the listing has to find this end
        value_of(co_await engine.stop(before.name, 0s));
        ::kill(first, SIGKILL);
        co_await wait_until([&] { return seen.size() == 1; });
        BOOST_TEST(seen[0].name == before.name);
        BOOST_TEST(seen[0].exit_code > 128);

        co_await wait_until([&] {
            const auto streams = event_streams();
            return streams.size() == 1 && streams.front() != first;
        });
        value_of(co_await engine.stop(after.name, 0s));
        co_await wait_until([&] { return seen.size() == 2; });
        BOOST_TEST(seen[1].name == after.name);
        for (const auto& end : ends(seen)) value_of(co_await engine.remove(end.name));
    });
    BOOST_TEST(breaks.size() >= 1u);
    BOOST_TEST(event_streams().empty());
}

BOOST_AUTO_TEST_CASE(a_stream_that_has_gone_silent_is_found_out_by_its_reopening) {
    auto policy = quick;
    policy.reopen_every = 300ms;
    docker::container_watch watch(engine, labels, policy);
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        const auto spec = container("sleep 300");
        value_of(co_await engine.create(spec));
        value_of(co_await engine.start(spec.name));
        group.spawn(collect(watch, spec.name, seen));
        co_await wait_until([] { return event_streams().size() == 1; });
        ::kill(event_streams().front(), SIGSTOP);
        value_of(co_await engine.stop(spec.name, 0s));
        co_await wait_until([&] { return seen.size() == 1; });
        value_of(co_await engine.remove(spec.name));
    });
}

BOOST_AUTO_TEST_CASE(a_waiter_can_be_cancelled_and_others_go_on) {
    docker::container_watch watch(engine, labels, quick);
    ends seen;
    ends kept;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        const auto spec = container("sleep 300");
        value_of(co_await engine.create(spec));
        value_of(co_await engine.start(spec.name));
        async::task_group other(co_await asio::this_coro::executor, [](std::exception_ptr) {});
        other.spawn(collect(watch, spec.name, seen));
        group.spawn(collect(watch, spec.name, kept));
        co_await wait_until([] { return event_streams().size() == 1; });
        other.cancel();
        co_await other.join();
        value_of(co_await engine.stop(spec.name, 0s));
        co_await wait_until([&] { return !kept.empty(); });
        value_of(co_await engine.remove(spec.name));
    });
    BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(watching_a_fake_engine, no_leftovers)

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_again_and_again_is_reopened_with_backoff) {
    // The third stream tells of the end; the engine shows it from then on.
    const fake_docker fake(R"(case $1 in
events) echo x >> $HERE/streams
        [ $(wc -l < $HERE/streams) -lt 3 ] && { echo 'unexpected EOF' >&2; exit 1; }
        touch $HERE/ended; echo 'not json'
        echo '{"Action":"die","Actor":{"Attributes":{"name":"a","exitCode":"5"}}}'; exec sleep 300;;
ps) echo 1;;
inspect) status=running; [ -e $HERE/ended ] && status=exited
         echo '{"Id":"1","Name":"/a","State":{"Status":"'$status'","ExitCode":5}}';;
esac)");
    docker::settings with;
    with.cli = fake.program();
    docker::engine engine(with);
    std::vector<errc> breaks;
    docker::container_watch watch(engine, {}, quick, [&](const core::error& failure) {
        breaks.push_back(static_cast<errc>(failure.code.value()));
    });
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        group.spawn(collect(watch, "a", seen));
        co_await wait_until([&] { return !seen.empty(); });
    });
    BOOST_TEST(seen[0].exit_code == 5);
    BOOST_REQUIRE(breaks.size() == 2u);
    BOOST_TEST((breaks[0] == errc::engine_unreachable));
}

BOOST_AUTO_TEST_CASE(one_that_runs_on_is_waited_for_until_then_and_can_be_waited_for_again) {
    const fake_docker fake(R"(case $1 in
events) until [ -e $HERE/ended ]; do sleep 0.02; done
        echo '{"Action":"die","Actor":{"Attributes":{"name":"a"}}}'; exec sleep 300;;
ps) echo 1;;
inspect) status=running; [ -e $HERE/ended ] && status=exited
         echo '{"Id":"1","Name":"/a","State":{"Status":"'$status'","ExitCode":3}}';;
esac)");
    docker::settings with;
    with.cli = fake.program();
    docker::engine engine(with);
    docker::container_watch watch(engine, {}, quick);
    const auto in = [](auto time) { return std::chrono::steady_clock::now() + time; };
    beside(watch, [&](async::task_group&) -> asio::awaitable<void> {
        BOOST_TEST(!co_await watch.wait("a", in(100ms)));
        std::ofstream(fake / "ended") << "";
        const auto end = co_await watch.wait("a", in(1h));
        BOOST_REQUIRE(end);
        BOOST_TEST(end->exit_code == 3);
    });
}

BOOST_AUTO_TEST_CASE(an_engine_that_hangs_delays_no_deadline) {
    const fake_docker fake("exec sleep 300");
    docker::settings with;
    with.cli = fake.program();
    docker::engine engine(with);
    docker::container_watch watch(engine, {}, quick);
    BOOST_TEST(!run_coroutine(watch.wait("a", std::chrono::steady_clock::now() + 100ms)));
}

BOOST_AUTO_TEST_CASE(an_end_that_is_told_before_it_shows_is_asked_for_again) {
    const fake_docker fake(R"(case $1 in
events) until [ -e $HERE/asked ]; do sleep 0.02; done
        echo '{"Action":"die","Actor":{"Attributes":{"name":"a"}}}'; exec sleep 300;;
ps) echo 1;;
inspect) status=running; echo x >> $HERE/asked; [ $(wc -l < $HERE/asked) -gt 2 ] && status=exited
         echo '{"Id":"1","Name":"/a","State":{"Status":"'$status'","ExitCode":0}}';;
esac)");
    docker::settings with;
    with.cli = fake.program();
    docker::engine engine(with);
    docker::container_watch watch(engine, {}, quick);
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        group.spawn(collect(watch, "a", seen));
        co_await wait_until([&] { return std::filesystem::exists(fake / "asked"); });
        co_await wait_until([&] { return !seen.empty(); });
    });
}

BOOST_AUTO_TEST_CASE(without_an_engine_a_waiter_goes_on_waiting) {
    const fake_docker fake(R"(echo x >> $HERE/calls
[ -e $HERE/up ] || { echo 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?' >&2; exit 1; }
case $1 in
events) exec sleep 300;;
ps) echo 1;;
inspect) echo '{"Id":"1","Name":"/a","State":{"Status":"dead","ExitCode":9}}';;
esac)");
    docker::settings with;
    with.cli = fake.program();
    docker::engine engine(with);
    docker::container_watch watch(engine, {}, quick);
    ends seen;
    beside(watch, [&](async::task_group& group) -> asio::awaitable<void> {
        group.spawn(collect(watch, "a", seen));
        co_await wait_until([&] {
            return std::filesystem::exists(fake / "calls") && std::filesystem::file_size(fake / "calls") >= 12;
        });
        BOOST_TEST(seen.empty());
        std::ofstream(fake / "up") << "";
        co_await wait_until([&] { return !seen.empty(); });
        BOOST_TEST(seen[0].exit_code == 9);
    });
}

BOOST_AUTO_TEST_SUITE_END()
