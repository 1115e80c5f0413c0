// What goes wrong between a cache and its forge.
#include "async/shield.hpp"
#include "async/task_group.hpp"
#include "unit/git/workshop.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <csignal>

using namespace familiar;
using namespace familiar::test;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// What prepare() gives while something happens to it.
core::result<git::workspace> prepare_while(workshop& w, git::workspace_request request,
                                           asio::awaitable<void> happening) {
    core::result<git::workspace> out = core::fail(core::errc::invalid, "nothing yet");
    async::task_group tasks(w.context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("a task failed"); });
    tasks.spawn([](git::cache& cache, git::workspace_request what,
                   core::result<git::workspace>& into) -> asio::awaitable<void> {
        into = co_await cache.prepare(std::move(what));
    }(w.cache, std::move(request), out));
    tasks.spawn(std::move(happening));
    run_coroutine(w.context, tasks.join());
    return out;
}

/// The command lines, of all processes, that hold both texts.
std::vector<std::string> processes_with(const std::string& one, const std::string& other) {
    std::vector<std::string> found;
    for (const auto& [id, argv] : running_processes())
        if (argv.find(one) != argv.npos && argv.find(other) != argv.npos) found.push_back(argv);
    return found;
}

/// Kills the git that is at this, as an operator or the kernel would.
asio::awaitable<void> kill_git(workshop& w, std::string operation) {
    co_await wait_until([&] { return !git_children(operation).empty(); });
    for (const auto child : git_children(operation)) ::kill(child, SIGKILL);
    w.forge.resume();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trouble)

BOOST_AUTO_TEST_CASE(a_wrong_token_is_told_at_once) {
    workshop w(std::chrono::seconds(60), 3);
    auto request = w.request("job1");
    request.from.token = core::secret("wrong-token");
    const auto made = w.prepare(request);
    CHECK_ERROR(made, authentication_failed);
    BOOST_CHECK_EQUAL(w.count("clone", "retried"), 0);
    BOOST_CHECK_EQUAL(w.count("clone", "failed"), 1);
    BOOST_CHECK(made.error().message.find("wrong-token") == std::string::npos);
    BOOST_CHECK(!fs::exists(w.mirror()));
}

BOOST_AUTO_TEST_CASE(no_token_where_one_is_needed_asks_nobody) {
    workshop w;
    auto request = w.request("job1");
    request.from.token = {};
    CHECK_ERROR(w.prepare(request), authentication_failed);
}

BOOST_AUTO_TEST_CASE(a_repository_that_is_not_there_is_told_at_once) {
    workshop w(std::chrono::seconds(60), 3);
    CHECK_ERROR(w.prepare(w.request("job1", "team/none")), not_found);
    BOOST_CHECK_EQUAL(w.count("clone", "retried"), 0);
}

BOOST_AUTO_TEST_CASE(a_forge_that_is_down_is_tried_again_and_then_unavailable) {
    workshop w(std::chrono::seconds(60), 2);
    w.forge.stop();
    CHECK_ERROR(w.prepare(w.request("job1")), unavailable);
    BOOST_CHECK_EQUAL(w.count("clone", "retried"), 2);
    BOOST_CHECK_EQUAL(w.count("clone", "failed"), 1);
}

BOOST_AUTO_TEST_CASE(a_forge_that_comes_back_in_time_is_no_trouble) {
    workshop w(std::chrono::seconds(60), 1000);
    w.forge.stop();
    const auto made = prepare_while(w, w.request("job1"), [](workshop& all) -> asio::awaitable<void> {
        co_await wait_until([&] { return all.count("clone", "retried") > 0; });
        all.forge.start();
    }(w));
    BOOST_CHECK(made.has_value());
}

BOOST_AUTO_TEST_CASE(a_forge_that_hangs_is_given_up_at_the_bound) {
    workshop w(std::chrono::milliseconds(700), 3);
    w.forge.pause();
    const auto started = std::chrono::steady_clock::now();
    const auto made = w.prepare(w.request("job1"));
    const auto took = std::chrono::steady_clock::now() - started;
    CHECK_ERROR(made, timed_out);
    BOOST_CHECK(took >= std::chrono::milliseconds(700));
    BOOST_CHECK(took < std::chrono::seconds(20));
    BOOST_CHECK_EQUAL(made.error().message, "git clone of github/team/app took longer than 700ms (git.timeout)");
    BOOST_CHECK(git_children("clone").empty());
    w.forge.resume();
    BOOST_CHECK(!fs::exists(w.mirror()));
}

BOOST_AUTO_TEST_CASE(a_hung_fetch_holds_up_its_own_repository_only) {
    workshop w;
    w.forge.create_with_merge_request("team/other", 7, "feature", {{"other.txt", "x"}});
    auto local = w.request("job2", "team/other");
    local.from.url = "file://" + w.forge.repository("team/other").string();
    w.forge.pause();
    const auto made =
        prepare_while(w, w.request("job1"), [](workshop& all, git::workspace_request other) -> asio::awaitable<void> {
            co_await wait_until([] { return !git_children("clone").empty(); });
            const auto through = co_await all.cache.prepare(std::move(other));
            BOOST_CHECK(through.has_value());
            all.forge.resume();
        }(w, local));
    BOOST_CHECK(made.has_value());
}

BOOST_AUTO_TEST_CASE(a_cancelled_job_leaves_no_git_behind_and_the_next_one_works) {
    workshop w;
    w.forge.pause();
    async::task_group tasks(w.context.get_executor(), {});
    tasks.spawn([](workshop& all) -> asio::awaitable<void> {
        (void)co_await all.cache.prepare(all.request("job1"));
        BOOST_ERROR("not reached");
    }(w));
    run_coroutine(w.context, [](async::task_group& group) -> asio::awaitable<void> {
        co_await wait_until([] { return !git_children("clone").empty(); });
        group.cancel();
        co_await group.join();
    }(tasks));
    BOOST_CHECK(git_children("clone").empty());
    w.forge.resume();
    BOOST_CHECK(w.prepare(w.request("job2")));
}

BOOST_AUTO_TEST_CASE(a_clone_killed_in_the_middle_leaves_nothing_broken) {
    workshop w;
    w.forge.pause();
    CHECK_ERROR(prepare_while(w, w.request("job1"), kill_git(w, "clone")), unavailable);
    BOOST_CHECK(!fs::exists(w.mirror()));
    BOOST_CHECK(w.prepare(w.request("job2")));
}

BOOST_AUTO_TEST_CASE(a_fetch_killed_in_the_middle_leaves_nothing_broken) {
    workshop w(std::chrono::seconds(60), 0);
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    w.forge.pause();
    CHECK_ERROR(prepare_while(w, w.request("job2"), kill_git(w, "fetch")), unavailable);
    BOOST_CHECK(w.prepare(w.request("job3")));
}

BOOST_AUTO_TEST_CASE(a_killed_git_is_tried_again) {
    workshop w(std::chrono::seconds(60), 1);
    w.forge.pause();
    BOOST_CHECK(prepare_while(w, w.request("job1"), kill_git(w, "clone")).has_value());
    BOOST_CHECK_EQUAL(w.count("clone", "retried"), 1);
}

BOOST_AUTO_TEST_CASE(what_a_killed_fetch_leaves_is_not_in_the_way_of_the_next_attempt) {
    workshop w(std::chrono::seconds(60), 1);
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"new.txt", "new\n"}}, "refs/heads/feature");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    w.forge.pause();
    const auto made = prepare_while(w, w.request("job2"), [](workshop& at) -> asio::awaitable<void> {
        co_await wait_until([] { return !git_children("fetch").empty(); });
        fs::create_directories(at.mirror() / "refs/pull/7");
        write(at.mirror() / "refs/pull/7/head.lock", "");
        co_await kill_git(at, "fetch");
    }(w));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_CHECK_EQUAL(made->head, head);
    BOOST_CHECK_EQUAL(w.count("fetch", "retried"), 1);
}

BOOST_AUTO_TEST_CASE(a_redirect_takes_the_token_nowhere) {
    workshop w;
    asio::ip::tcp::acceptor elsewhere(w.context, {asio::ip::address_v4::loopback(), 0});
    bool visited = false;
    elsewhere.async_accept([&](boost::system::error_code error, asio::ip::tcp::socket) { visited = !error; });
    asio::ip::tcp::acceptor moved(w.context, {asio::ip::address_v4::loopback(), 0});
    const auto target = "http://127.0.0.1:" + std::to_string(elsewhere.local_endpoint().port());
    auto request = w.request("job1");
    request.from.url = "http://127.0.0.1:" + std::to_string(moved.local_endpoint().port()) + "/team/app.git";

    const auto made =
        prepare_while(w, request, [](auto& listens, std::string location, auto& other) -> asio::awaitable<void> {
            auto peer = co_await listens.async_accept(asio::use_awaitable);
            std::string asked;
            co_await asio::async_read_until(peer, asio::dynamic_buffer(asked), "\r\n\r\n", asio::use_awaitable);
            BOOST_CHECK(asked.find("Authorization: Basic ") != std::string::npos);
            const auto answer = "HTTP/1.1 302 Found\r\nLocation: " + location +
                                asked.substr(4, asked.find(" HTTP") - 4) +
                                "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            co_await asio::async_write(peer, asio::buffer(answer), asio::use_awaitable);
            peer.close();
            co_await wait_until([] { return git_children("clone").empty(); });
            other.cancel();
        }(moved, target, elsewhere));
    CHECK_ERROR(made, not_found);
    BOOST_CHECK(!visited);
}

BOOST_AUTO_TEST_CASE(the_token_is_on_no_command_line) {
    workshop w;
    const auto encoded = core::to_base64(std::string(git_forge::user) + ":" + git_forge::password);
    w.forge.pause();
    const auto made =
        prepare_while(w, w.request("job1"), [](workshop& all, std::string secret) -> asio::awaitable<void> {
            // The helper program that speaks HTTP has started, too.
            co_await wait_until([&] { return processes_with("git-remote-http", all.forge.url()).size() == 1; });
            BOOST_CHECK(!processes_with("clone", all.forge.url()).empty());
            BOOST_CHECK(processes_with("git", secret).empty());
            BOOST_CHECK(processes_with("git", git_forge::password).empty());
            all.forge.resume();
        }(w, encoded));
    BOOST_CHECK(made.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
