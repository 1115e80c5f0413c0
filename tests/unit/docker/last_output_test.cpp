#include "docker/engine.hpp"
#include "real_engine.hpp"
#include "support/fake_docker.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;

namespace {

docker::engine with_cli(const fake_docker& fake) {
    docker::settings with;
    with.cli = fake.program();
    with.command_timeout = 2s;
    return docker::engine(with);
}

/// What the engine says of a container that has run this script to its end.
template <class Ask>
auto after(real_engine& own, const std::string& script, Ask ask) {
    const auto spec = own.container(script);
    value_of(run_coroutine(own.engine.create(spec)));
    value_of(run_coroutine(own.engine.start(spec.name)));
    run_coroutine(ended_state(own.engine, spec.name));
    auto said = value_of(run_coroutine(ask(spec.name)));
    value_of(run_coroutine(own.engine.remove(spec.name)));
    return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_last_output_of_a_container)

BOOST_FIXTURE_TEST_CASE(is_the_newest_line_of_either_stream, real_engine) {
    const auto begun = core::now();
    for (const auto* script : {"echo old >&2; sleep 1; echo new", "echo old; sleep 1; echo new >&2"}) {
        const auto said = after(*this, script, [this](const auto& name) { return engine.last_output(name); });
        BOOST_REQUIRE(said.has_value());
        BOOST_TEST((*said >= begun));
        BOOST_TEST((*said <= core::now()));
    }
}

BOOST_FIXTURE_TEST_CASE(comes_before_the_silence_that_follows, real_engine) {
    const auto said = after(*this, "echo; sleep 1", [this](const auto& name) { return engine.last_output(name); });
    BOOST_TEST((said.value() <= core::now() - 1s));
}

BOOST_FIXTURE_TEST_CASE(is_none_of_one_that_has_not_printed, real_engine) {
    BOOST_TEST(!after(*this, ":", [this](const auto& name) { return engine.last_output(name); }).has_value());
}

BOOST_FIXTURE_TEST_CASE(is_found_though_the_line_is_very_long, real_engine) {
    const auto said = after(*this, "head -c 300000 /dev/zero | tr '\\0' x",
                            [this](const auto& name) { return engine.last_output(name); });
    BOOST_TEST(said.has_value());
}

BOOST_FIXTURE_TEST_CASE(is_none_of_one_that_is_not_there, real_engine) {
    require_error(run_coroutine(engine.last_output("familiar-unit-nobody")), errc::no_such_container);
    require_error(run_coroutine(engine.last_lines("familiar-unit-nobody", 20, 1000)), errc::no_such_container);
}

BOOST_AUTO_TEST_CASE(is_read_to_the_millisecond_whatever_is_in_the_line) {
    const std::vector<std::pair<const char*, const char*>> table{
        {"2026-01-31T12:00:00.123456789Z a line", "2026-01-31T12:00:00.123Z"},
        {"2026-01-31T12:00:00.5Z ", "2026-01-31T12:00:00.500Z"},
        {"2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"},
        {"2026-01-31T14:00:00.000000001+02:00 2027-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"},
    };
    for (const auto& [line, expected] : table)
        for (const auto* stream : {"", " >&2"}) {
            const fake_docker fake("echo '" + std::string(line) + "'" + stream);
            auto engine = with_cli(fake);
            const auto said = value_of(run_coroutine(engine.last_output("x")));
            BOOST_TEST(core::to_rfc3339(said.value()) == expected);
        }
}

BOOST_AUTO_TEST_CASE(is_the_newer_one_if_there_are_two) {
    const fake_docker fake("echo 2026-01-31T12:00:00Z out; echo 2026-01-31T12:00:01Z err >&2");
    auto engine = with_cli(fake);
    BOOST_TEST(core::to_rfc3339(value_of(run_coroutine(engine.last_output("x"))).value()) ==
               "2026-01-31T12:00:01.000Z");
}

BOOST_AUTO_TEST_CASE(is_an_error_if_nobody_understands_it) {
    for (const auto* line : {"no time at all", "\\033[1m", "2026-01-31 a", "x"}) {
        const fake_docker fake("printf '" + std::string(line) + "\\n'");
        auto engine = with_cli(fake);
        require_error(run_coroutine(engine.last_output("x")), errc::invalid);
    }
}

BOOST_AUTO_TEST_CASE(is_unknown_of_an_engine_that_is_away_or_hangs) {
    const fake_docker away("echo 'Cannot connect to the Docker daemon at unix:///x.sock.' >&2; exit 1");
    auto engine = with_cli(away);
    require_error(run_coroutine(engine.last_output("x")), errc::engine_unreachable);
    require_error(run_coroutine(engine.last_lines("x", 20, 1000)), errc::engine_unreachable);
    const fake_docker hangs("exec sleep 100");
    auto silent = with_cli(hangs);
    require_error(run_coroutine(silent.last_output("x")), errc::timed_out);
    require_error(run_coroutine(silent.last_lines("x", 20, 1000)), errc::timed_out);
}

BOOST_FIXTURE_TEST_CASE(in_lines_is_the_end_of_either_stream, real_engine) {
    // One stream at a time: the engine takes them from two pipes, in whatever order it comes to them.
    const auto script = "for line in $(seq 30); do echo $line; done";
    BOOST_TEST(after(*this, script, [this](const auto& name) { return engine.last_lines(name, 3, 1000); }) ==
               "28\n29\n30\n");
    BOOST_TEST(after(*this, script, [this](const auto& name) { return engine.last_lines(name, 3, 4); }) == "\n30\n");
    BOOST_TEST(after(*this, "echo out >&2", [this](const auto& name) { return engine.last_lines(name, 3, 1000); }) ==
               "out\n");
    BOOST_TEST(after(*this, ":", [this](const auto& name) { return engine.last_lines(name, 3, 1000); }).empty());
}

BOOST_AUTO_TEST_SUITE_END()
