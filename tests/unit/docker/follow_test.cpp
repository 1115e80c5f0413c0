#include "async/task_group.hpp"
#include "real_engine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

using namespace familiar;
using namespace familiar::test;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(following_a_real_log, real_engine)

BOOST_AUTO_TEST_CASE(a_log_is_followed_from_its_beginning_to_the_containers_end) {
    const auto spec = container("echo out; echo err >&2; until [ -e /go/on ]; do sleep 0.05; done; echo last; exit 5");
    std::filesystem::create_directory(place / "go");
    auto mounted = spec;
    mounted.mounts = {{place / "go", "/go", true}};
    value_of(run_coroutine(engine.create(mounted)));
    value_of(run_coroutine(engine.start(spec.name)));
    std::string followed;
    value_of(run_coroutine(engine.follow_logs(spec.name, [&](std::string piece) -> asio::awaitable<bool> {
        followed += piece;
        // Only once the first lines have come may the container print its last.
        if (followed.find("out\n") != std::string::npos && followed.find("err\n") != std::string::npos)
            std::ofstream(place / "go/on") << "now";
        co_return true;
    })));
    BOOST_TEST(followed.size() == 13u, followed);
    BOOST_TEST(followed.ends_with("last\n"), followed);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_enough_of_a_log_leaves_the_container_running_and_no_cli) {
    const auto spec = container("while :; do echo line; sleep 0.05; done");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    std::string followed;
    value_of(run_coroutine(engine.follow_logs(spec.name, [&](std::string piece) -> asio::awaitable<bool> {
        followed += piece;
        co_return followed.size() < 15;
    })));
    BOOST_TEST(followed.starts_with("line\nline\nline\n"));
    BOOST_TEST(value_of(run_coroutine(engine.inspect(spec.name))).running);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_following_and_its_cli) {
    const auto spec = container("echo line; sleep 300");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine([](docker::engine& with, std::string name) -> asio::awaitable<void> {
        std::string followed;
        async::task_group group(co_await asio::this_coro::executor, [](std::exception_ptr) {});
        group.spawn([](docker::engine& asked, std::string which, std::string& into) -> asio::awaitable<void> {
            co_await asked.follow_logs(std::move(which), take_into(into));
        }(with, name, followed));
        co_await wait_until([&] { return followed == "line\n"; });
        group.cancel();
        co_await group.join();
    }(engine, spec.name));
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_SUITE_END()
