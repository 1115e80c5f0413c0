#include "docker/engine.hpp"
#include "real_engine.hpp"
#include "support/fake_docker.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/local/stream_protocol.hpp>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;

namespace {

docker::settings with_cli(const fake_docker& fake) {
    docker::settings with;
    with.cli = fake.program();
    return with;
}

docker::settings with_host(const std::filesystem::path& socket) {
    docker::settings with;
    with.host = "unix://" + socket.string();
    with.ping_timeout = 300ms;
    with.command_timeout = 300ms;
    return with;
}

struct fixture : no_leftovers {
    temporary_directory place;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(an_unwell_engine, fixture)

BOOST_AUTO_TEST_CASE(an_engine_that_is_not_there_is_unreachable_for_every_command) {
    auto with = with_host(place / "none.sock");
    with.ping_timeout = with.command_timeout = 30s;
    docker::engine engine(with);
    docker::container_spec spec;
    spec.name = spec.image = "x";
    require_error(run_coroutine(engine.version()), errc::engine_unreachable);
    require_error(run_coroutine(engine.inspect_image("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.pull("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.create(spec)), errc::engine_unreachable);
    require_error(run_coroutine(engine.start("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.stop("x", 1s)), errc::engine_unreachable);
    require_error(run_coroutine(engine.remove("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.inspect("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.list({})), errc::engine_unreachable);
    require_error(run_coroutine(engine.save_logs("x", place / "log", 1)), errc::engine_unreachable);
    require_error(run_coroutine(engine.remove_unstarted("x")), errc::engine_unreachable);
    std::string followed;
    require_error(run_coroutine(engine.follow_logs("x", take_into(followed))), errc::engine_unreachable);
    const auto broke = run_coroutine(engine.watch_ends({}, core::now(), 10s, [](std::string_view) {}));
    BOOST_TEST(broke.code == make_error_code(errc::engine_unreachable), broke.message);
}

BOOST_AUTO_TEST_CASE(a_socket_that_never_answers_ends_at_the_deadline) {
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::acceptor silent(context, {(place / "silent.sock").string()});
    docker::engine engine(with_host(place / "silent.sock"));
    require_error(run_coroutine(engine.version()), errc::timed_out);
    require_error(run_coroutine(engine.list({})), errc::timed_out);
    require_error(run_coroutine(engine.save_logs("x", place / "log", 1)), errc::timed_out);
    require_error(run_coroutine(engine.remove_unstarted("x")), errc::timed_out);
    std::string followed;
    require_error(run_coroutine(engine.follow_logs("x", take_into(followed))), errc::timed_out);
    BOOST_TEST(!std::filesystem::exists(place / "log.part"));
}

BOOST_AUTO_TEST_CASE(a_cli_that_hangs_and_ignores_term_ends_at_the_deadline) {
    const fake_docker fake("trap '' TERM; while :; do sleep 0.1; done");
    auto with = with_cli(fake);
    with.ping_timeout = 100ms;
    docker::engine engine(with);
    require_error(run_coroutine(engine.version()), errc::timed_out);
}

BOOST_AUTO_TEST_CASE(a_cli_that_is_not_there_is_told) {
    docker::settings with;
    with.cli = (place / "docker").string();
    docker::engine engine(with);
    require_error(run_coroutine(engine.version()), errc::engine_unreachable);
}

BOOST_AUTO_TEST_CASE(odd_output_is_invalid) {
    const fake_docker fake("echo '<html>proxy</html>'");
    docker::engine engine(with_cli(fake));
    require_error(run_coroutine(engine.version()), errc::invalid);
    require_error(run_coroutine(engine.inspect_image("x")), errc::invalid);
    require_error(run_coroutine(engine.inspect("x")), errc::invalid);
    require_error(run_coroutine(engine.list({})), errc::invalid);
}

BOOST_AUTO_TEST_CASE(no_output_is_invalid) {
    const fake_docker fake(":");
    docker::engine engine(with_cli(fake));
    docker::container_spec spec;
    spec.name = spec.image = "x";
    require_error(run_coroutine(engine.version()), errc::invalid);
    require_error(run_coroutine(engine.create(spec)), errc::invalid);
    require_error(run_coroutine(engine.inspect("x")), errc::invalid);
    BOOST_TEST(value_of(run_coroutine(engine.list({}))).empty());
}

BOOST_AUTO_TEST_CASE(more_output_than_is_read_is_an_error) {
    const fake_docker fake("head -c 20000000 /dev/zero");
    docker::engine engine(with_cli(fake));
    require_error(run_coroutine(engine.inspect("x")), errc::too_large);
}

BOOST_AUTO_TEST_CASE(a_listing_leaves_out_what_vanishes_meanwhile) {
    const fake_docker fake(R"(case $1 in
ps) echo one; echo two;;
inspect) echo '{"Id":"two","Name":"/b","State":{"Status":"running","Running":true}}'
         echo 'Error: No such container: one' >&2; exit 1;;
esac)");
    docker::engine engine(with_cli(fake));
    const auto states = value_of(run_coroutine(engine.list({})));
    BOOST_REQUIRE(states.size() == 1u);
    BOOST_TEST(states[0].name == "b");
}

BOOST_AUTO_TEST_CASE(a_long_listing_is_inspected_in_parts) {
    const fake_docker fake(R"(case $1 in
ps) seq 250;;
inspect) shift 6; echo $# >> $HERE/parts
         for id; do echo "{\"Id\":\"$id\",\"Name\":\"/c$id\",\"State\":{\"Status\":\"exited\"}}"; done;;
esac)");
    docker::engine engine(with_cli(fake));
    BOOST_TEST(value_of(run_coroutine(engine.list({}))).size() == 250u);
    BOOST_TEST(content(fake / "parts") == "100\n100\n50\n");
}

BOOST_AUTO_TEST_CASE(a_removal_that_somebody_else_has_begun_is_a_success) {
    const fake_docker fake(
        "echo 'Error response from daemon: removal of container x is already in progress' >&2; exit 1");
    docker::engine engine(with_cli(fake));
    value_of(run_coroutine(engine.remove("x")));
}

BOOST_AUTO_TEST_CASE(a_removal_without_force_tells_of_one_that_somebody_else_has_begun) {
    const fake_docker fake(
        "echo 'Error response from daemon: removal of container x is already in progress' >&2; exit 1");
    docker::engine engine(with_cli(fake));
    require_error(run_coroutine(engine.remove_unstarted("x")), errc::conflict);
}

BOOST_AUTO_TEST_CASE(a_log_that_breaks_off_is_told_with_all_that_came_before) {
    const fake_docker fake(R"(case $1 in
inspect) echo '{"Id":"x","Name":"/x","State":{"Status":"running","Running":true}}';;
logs) echo text; sleep 0.1; echo 'unexpected EOF' >&2; exit 1;;
esac)");
    docker::engine engine(with_cli(fake));
    std::string followed;
    require_error(run_coroutine(engine.follow_logs("x", take_into(followed))), errc::engine_unreachable);
    BOOST_TEST(followed == "text\nunexpected EOF\n");
}

BOOST_AUTO_TEST_CASE(a_log_that_is_followed_may_be_silent_for_longer_than_any_deadline) {
    const fake_docker fake(R"(case $1 in
inspect) echo '{"Id":"x","Name":"/x","State":{"Status":"running","Running":true}}';;
logs) sleep 2; echo text;;
esac)");
    auto with = with_cli(fake);
    with.command_timeout = 1500ms;
    docker::engine engine(with);
    std::string followed;
    value_of(run_coroutine(engine.follow_logs("x", take_into(followed))));
    BOOST_TEST(followed == "text\n");
}

BOOST_AUTO_TEST_CASE(the_grace_is_rounded_up_to_seconds) {
    const fake_docker fake("echo \"$@\" > $HERE/said");
    docker::engine engine(with_cli(fake));
    value_of(run_coroutine(engine.stop("x", 1001ms)));
    BOOST_TEST(content(fake / "said") == "stop -t 2 -- x\n");
}

BOOST_AUTO_TEST_CASE(a_host_is_handed_to_the_cli_and_a_variable_travels_in_the_environment) {
    const fake_docker fake("echo \"$1 $2 $3\" > $HERE/said; echo \"$TOKEN\" >> $HERE/said; echo id");
    auto with = with_cli(fake);
    with.host = "tcp://example:1";
    docker::engine engine(with);
    docker::container_spec spec;
    spec.name = spec.image = "x";
    spec.environment = {{"TOKEN", "value"}};
    BOOST_TEST(value_of(run_coroutine(engine.create(spec))) == "id");
    BOOST_TEST(content(fake / "said") == "--host tcp://example:1 create\nvalue\n");
}

BOOST_AUTO_TEST_CASE(every_command_is_counted_with_its_result) {
    const fake_docker fake("[ $1 = start ]");
    std::vector<std::string> seen;
    docker::engine engine(with_cli(fake), [&](std::string_view command, bool succeeded) {
        seen.push_back(std::string(command) + (succeeded ? " ok" : " failed"));
    });
    run_coroutine(engine.start("x"));
    run_coroutine(engine.stop("x", 0s));
    run_coroutine(engine.save_logs("x", place / "log", 1));
    const std::vector<std::string> expected{"start ok", "stop failed", "logs failed"};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
