#include "agent/host_path_proof.hpp"

#include "support/fake_docker.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_image.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <fstream>

using namespace familiar;
using namespace familiar::agent;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct cache {
    cache() {
        settings.agents.image = "agent";
        settings.repo_cache.dir = folder / "cache";
    }
    /// Whatever was found, nothing stays.
    ~cache() { BOOST_TEST(fs::is_empty(folder.path())); }
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    core::result<host_path_proof> prove(docker::engine& engine) const {
        return run_coroutine(prove_cache_path(settings, engine));
    }
    core::result<host_path_proof> prove_on_real_engine() {
        settings.agents.image = test_image();
        docker::engine engine({});
        auto proved = prove(engine);
        // Those of other tests, which may run at the same time, go by themselves.
        const auto bound = std::chrono::steady_clock::now() + 60s;
        while (!run_coroutine(engine.list({{"familiar.doctor", "true"}})).value().empty())
            BOOST_REQUIRE((std::chrono::steady_clock::now() < bound));
        return proved;
    }

    temporary_directory folder;
    config::settings settings;
};

/// An engine whose container ends with a code and does nothing; what `cp` does is the test's. It notes removals.
std::string container_ends_with(int code, const std::string& on_copy = "exit 1") {
    return R"(case $1 in
create) echo id ;;
start) exit )" +
           std::to_string(code) + R"( ;;
inspect) echo '{"Id":"id","Name":"/x","State":{"Status":"exited","ExitCode":)" +
           std::to_string(code) + R"(}}' ;;
cp) )" + on_copy +
           R"( ;;
rm) echo "$5" >>$HERE/removed ;;
esac)";
}

void check_error(const core::result<host_path_proof>& proved, core::errc code, const std::string& words, bool wrong) {
    BOOST_REQUIRE(!proved);
    const auto& why = proved.error();
    BOOST_TEST((why.code == code), why.message);
    BOOST_TEST(why.message.find(words) != std::string::npos, why.message);
    BOOST_TEST(disproves(why) == wrong, why.message);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(host_path, cache)

BOOST_AUTO_TEST_CASE(the_agents_user_reads_and_writes_what_the_engine_mounts) {
    const auto proved = prove_on_real_engine();
    BOOST_REQUIRE_MESSAGE(proved, core::describe(proved.error()));
    BOOST_TEST((*proved == host_path_proof::as_agent));
}

BOOST_AUTO_TEST_CASE(the_same_folder_under_another_name_is_proved) {
    temporary_directory elsewhere;
    fs::create_directory_symlink(folder.path(), elsewhere / "link");
    settings.repo_cache.host_dir = elsewhere / "link/cache";
    const auto proved = prove_on_real_engine();
    BOOST_REQUIRE_MESSAGE(proved, core::describe(proved.error()));
}

BOOST_AUTO_TEST_CASE(a_folder_that_the_engines_host_does_not_have_is_wrong) {
    settings.repo_cache.host_dir = "/nowhere/cache";
    check_error(prove_on_real_engine(), core::errc::not_found, "the engine's host has no /nowhere/cache/tmp/", true);
}

BOOST_AUTO_TEST_CASE(another_folder_is_wrong) {
    temporary_directory other;
    fs::create_directory(other / "tmp");
    settings.repo_cache.host_dir = other.path();
    check_error(prove_on_real_engine(), core::errc::not_found, "set repo_cache.host_dir", true);
    BOOST_TEST(fs::is_empty(other / "tmp"));
}

BOOST_AUTO_TEST_CASE(a_host_that_makes_the_folders_up_is_found_out) {
    settings.repo_cache.host_dir = "/elsewhere";
    const fake_docker docker(container_ends_with(0));
    docker::engine engine({.cli = docker.program()});
    check_error(prove(engine), core::errc::conflict, "/elsewhere does not appear in", true);
    BOOST_TEST(fs::exists(docker / "removed"));
}

BOOST_AUTO_TEST_CASE(what_the_agents_user_may_not_do_is_told) {
    const fake_docker unreadable(container_ends_with(10));
    docker::engine first({.cli = unreadable.program()});
    check_error(prove(first), core::errc::refused, "may not read", true);
    const fake_docker unwritable(container_ends_with(11));
    docker::engine second({.cli = unwritable.program()});
    check_error(prove(second), core::errc::refused, "may not write", true);
}

BOOST_AUTO_TEST_CASE(without_a_shell_in_the_image_the_engine_copies_the_file) {
    const auto copies = R"sh(cp "$(dirname "$4")/in/word" "$4")sh";
    const fake_docker docker(container_ends_with(127, copies));
    docker::engine engine({.cli = docker.program()});
    const auto proved = prove(engine);
    BOOST_REQUIRE_MESSAGE(proved, core::describe(proved.error()));
    BOOST_TEST((*proved == host_path_proof::seen));

    const fake_docker other(container_ends_with(127, "echo 'Could not find the file /familiar/in/word' >&2; exit 1"));
    docker::engine wrong({.cli = other.program()});
    check_error(prove(wrong), core::errc::conflict, "is not the same folder", true);
}

BOOST_AUTO_TEST_CASE(what_keeps_anybody_from_looking_proves_nothing) {
    docker::engine nobody({.host = "unix:///nowhere/docker.sock"});
    check_error(prove(nobody), core::errc::engine_unreachable, "", false);
    settings.agents.image = "familiar-no-such-image:latest";
    docker::engine engine({});
    check_error(prove(engine), core::errc::image_missing, "", false);
    const fake_docker docker(container_ends_with(5));
    docker::engine odd({.cli = docker.program()});
    check_error(prove(odd), core::errc::child_failed, "exit code 5", false);
    settings.repo_cache.dir = "/proc/familiar";
    check_error(prove(engine), core::errc::storage_failed, "/proc", false);
}

BOOST_AUTO_TEST_CASE(a_cancelled_proof_removes_its_container) {
    const fake_docker docker(R"(case $1 in
create) echo id ;;
start) touch $HERE/started; exec sleep 600 ;;
rm) touch $HERE/removed ;;
esac)");
    docker::engine engine({.cli = docker.program()});
    boost::asio::io_context context(1);
    boost::asio::cancellation_signal cancel;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        context, prove_cache_path(settings, engine),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr why, const core::result<host_path_proof>&) { thrown = why; }));
    while (!fs::exists(docker / "started")) context.run_one_for(10ms);
    cancel.emit(boost::asio::cancellation_type::terminal);
    context.run();
    BOOST_REQUIRE(thrown);
    BOOST_CHECK_THROW(std::rethrow_exception(thrown), boost::system::system_error);
    BOOST_TEST(fs::exists(docker / "removed"));
}

BOOST_AUTO_TEST_CASE(an_auth_dir_is_looked_for_on_the_engines_host) {
    settings.agents.image = test_image();
    docker::engine engine({});
    settings.agents.auth_dir = "/nowhere/auth";
    const auto missing = run_coroutine(prove_auth_path(settings.agents, engine));
    BOOST_REQUIRE(!missing);
    BOOST_TEST((missing.error().code == core::errc::not_found), missing.error().message);
    settings.agents.auth_dir = "/etc";
    BOOST_TEST(run_coroutine(prove_auth_path(settings.agents, engine)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
