#include "docker/facts.hpp"

#include "real_engine.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace familiar::docker;
using namespace familiar::test;

BOOST_AUTO_TEST_SUITE(facts)

BOOST_AUTO_TEST_CASE(versions_of_both_programs_are_read) {
    const auto read = value_of(parse_versions(
        R"({"Client":{"Version":"28.2.2","ApiVersion":"1.41"},"Server":{"Version":"20.10.24","ApiVersion":"1.41"}})"));
    BOOST_TEST(read.client == "28.2.2");
    BOOST_TEST(read.client_api == "1.41");
    BOOST_TEST(read.engine == "20.10.24");
    BOOST_TEST(read.engine_api == "1.41");
}

BOOST_AUTO_TEST_CASE(a_program_without_an_engine_has_a_version_too) {
    const auto read = value_of(parse_versions(R"({"Client":{"Version":"28.2.2","ApiVersion":"1.50"},"Server":null})"));
    BOOST_TEST(read.client == "28.2.2");
    BOOST_TEST(read.engine == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_version_is_an_error) {
    for (const auto* line : {"", "json", "[]", "{}", R"({"Client":null})", R"({"Client":{"Version":3}})"})
        require_error(parse_versions(line), core::errc::invalid);
}

BOOST_AUTO_TEST_CASE(an_engine_tells_what_it_cannot_limit) {
    const auto read = value_of(parse_facts(
        R"({"ServerVersion":"20.10.24","Name":"far","MemoryLimit":true,"SwapLimit":false,"CpuCfsQuota":false,)"
        R"("PidsLimit":false,"SystemTime":"2026-01-31T12:00:00.123456789Z"})"));
    BOOST_TEST(read.name == "far");
    BOOST_TEST(read.limits_memory);
    BOOST_TEST(!read.limits_swap);
    BOOST_TEST(!read.limits_cpus);
    BOOST_TEST(!read.limits_pids);
    BOOST_TEST(core::to_rfc3339(read.clock.value()) == "2026-01-31T12:00:00.123Z");
}

BOOST_AUTO_TEST_CASE(what_an_engine_does_not_tell_it_can) {
    const auto read = value_of(parse_facts(R"({"ServerVersion":"99"})"));
    BOOST_TEST(read.limits_memory);
    BOOST_TEST(read.limits_pids);
    BOOST_TEST(!read.clock);
}

BOOST_AUTO_TEST_CASE(facts_of_no_engine_are_an_error) {
    for (const auto* line : {"", "json", "[]", "{}", R"({"ServerVersion":""})"})
        require_error(parse_facts(line), core::errc::invalid);
}

BOOST_FIXTURE_TEST_CASE(a_real_engine_tells_of_itself, real_engine) {
    const auto both = value_of(run_coroutine(engine.versions()));
    BOOST_TEST(!both.client.empty());
    BOOST_TEST(!both.engine.empty());
    BOOST_TEST(!both.no_engine);
    const auto now = core::now();
    const auto told = value_of(run_coroutine(engine.facts()));
    BOOST_TEST(told.limits_memory);
    BOOST_TEST((told.clock.value() - now < std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_CASE(a_program_that_finds_no_engine_says_so) {
    engine nobody({.host = "unix:///nowhere/docker.sock"});
    const auto seen = value_of(run_coroutine(nobody.versions()));
    BOOST_TEST(!seen.client.empty());
    BOOST_TEST(seen.engine == "");
    BOOST_REQUIRE(seen.no_engine);
    BOOST_TEST((seen.no_engine->code == core::errc::engine_unreachable));
    require_error(run_coroutine(nobody.facts()), core::errc::engine_unreachable);
}

BOOST_FIXTURE_TEST_CASE(a_network_is_there_or_not, real_engine) {
    value_of(run_coroutine(engine.inspect_network("none")));
    require_error(run_coroutine(engine.inspect_network("familiar-no-such-network")), core::errc::not_found);
}

BOOST_FIXTURE_TEST_CASE(a_short_container_is_run_to_its_end, real_engine) {
    const auto spec = container("exit 7");
    value_of(run_coroutine(engine.create(spec)));
    BOOST_TEST(value_of(run_coroutine(engine.run_to_end(spec.name))).exit_code == 7);
    value_of(run_coroutine(engine.remove(spec.name)));
    require_error(run_coroutine(engine.run_to_end(spec.name)), core::errc::no_such_container);
}

BOOST_FIXTURE_TEST_CASE(a_file_is_copied_out_of_a_mount_of_what_never_ran, real_engine) {
    std::ofstream(place / "word") << "seen";
    auto spec = container("exit 0");
    spec.mounts = {{place.path(), "/probe", true}};
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.copy_out(spec.name, "/probe/word", place / "copy")));
    BOOST_TEST(content(place / "copy") == "seen");
    require_error(run_coroutine(engine.copy_out(spec.name, "/probe/nothing", place / "none")), core::errc::not_found);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_SUITE_END()
