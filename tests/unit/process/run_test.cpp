#include "process/run.hpp"

#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <cstdlib>
#include <fstream>

using namespace familiar;
using namespace familiar::test;
using core::errc;

BOOST_FIXTURE_TEST_SUITE(running, no_leftovers)

BOOST_AUTO_TEST_CASE(both_streams_and_the_exit_code_are_captured) {
    const auto ended = result_of(shell("echo out; echo err >&2; exit 5"));
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "out\n");
    BOOST_TEST(ended->err == "err\n");
    BOOST_TEST(ended->status.code == 5);
    BOOST_TEST(ended->status.signal == 0);
    BOOST_TEST(!ended->status.success());
    BOOST_TEST(!ended->truncated);
}

BOOST_AUTO_TEST_CASE(arguments_reach_the_program_as_they_are) {
    const auto ended = result_of({.argv = {"printf", "%s|", "$HOME", "a b", "`id`", "", "*", "--", "ü\n"}});
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "$HOME|a b|`id`||*|--|ü\n|");
}

BOOST_AUTO_TEST_CASE(an_exit_code_and_a_signal_are_kept_apart) {
    const auto exited = result_of(shell("exit 9"));
    const auto killed = result_of(shell("kill -9 $$"));
    BOOST_REQUIRE(exited);
    BOOST_REQUIRE(killed);
    BOOST_TEST(exited->status.code == 9);
    BOOST_TEST(exited->status.signal == 0);
    BOOST_TEST(killed->status.signal == 9);
    BOOST_TEST(!killed->status.success());
    BOOST_TEST(describe(exited->status) == "exit code 9");
    BOOST_TEST(describe(killed->status) == "signal 9 (Killed)");
}

BOOST_AUTO_TEST_CASE(input_is_written_and_then_closed) {
    std::string text(std::size_t{3} << 20, 'x');
    process::command what{.argv = {"wc", "-c"}};
    what.input = text;
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(std::stoul(ended->out) == text.size());
}

BOOST_AUTO_TEST_CASE(without_input_there_is_nothing_to_read) {
    const auto ended = result_of({.argv = {"cat"}});
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.success());
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_read_its_input_is_no_error) {
    process::command what{.argv = {"true"}};
    what.input.assign(std::size_t{3} << 20, 'x');
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.success());
}

BOOST_AUTO_TEST_CASE(the_servers_secrets_stay_out_of_the_childs_environment) {
    ::setenv("FAMILIAR_TEST_SECRET", "hidden", 1);
    ::setenv("FAMILIAR_TEST_KEPT", "kept", 1);
    process::command what{.argv = {"env"}};
    what.environment_keep = {"FAMILIAR_TEST_KEPT", "FAMILIAR_TEST_ABSENT"};
    what.environment = {{"ADDED", "a=b c"}, {"TWICE", "first"}, {"TWICE", "second"}, {"HOME", "/nowhere"}};
    const auto ended = result_of(what);
    ::unsetenv("FAMILIAR_TEST_SECRET");
    ::unsetenv("FAMILIAR_TEST_KEPT");
    BOOST_REQUIRE(ended);
    const std::string text = "\n" + ended->out;
    BOOST_TEST(text.find("hidden") == std::string::npos);
    BOOST_TEST(text.find("FAMILIAR_TEST_ABSENT") == std::string::npos);
    for (const auto* line : {"\nFAMILIAR_TEST_KEPT=kept\n", "\nADDED=a=b c\n", "\nTWICE=second\n", "\nHOME=/nowhere\n"})
        BOOST_TEST(text.find(line) != std::string::npos, line);
    BOOST_TEST(text.find("\nPATH=") != std::string::npos);
    BOOST_TEST(text.find("TWICE=first") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_runs_in_the_directory_that_is_asked_for) {
    const temporary_directory place;
    process::command what{.argv = {"pwd", "-P"}};
    what.directory = place.path();
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == std::filesystem::canonical(place.path()).string() + "\n");
}

BOOST_AUTO_TEST_CASE(the_childs_own_path_decides_what_a_name_means) {
    const temporary_directory place;
    std::ofstream(place / "greet") << "#!/bin/sh\necho hello\n";
    std::filesystem::permissions(place / "greet", std::filesystem::perms::owner_all);
    process::command what{.argv = {"greet"}};
    what.environment = {{"PATH", "::relative:" + place.path().string()}};
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "hello\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_says_why) {
    const temporary_directory place;
    std::ofstream(place / "not_executable") << "#!/bin/sh\n";
    std::ofstream(place / "no_interpreter") << "#!/does/not/exist\n";
    std::filesystem::permissions(place / "no_interpreter", std::filesystem::perms::owner_all);
    process::command elsewhere{.argv = {"true"}};
    elsewhere.directory = place / "absent";
    process::command misnamed{.argv = {"true"}};
    misnamed.environment = {{"A=B", "c"}};

    const std::vector<std::pair<process::command, errc>> cases{
        {{.argv = {"familiar-no-such-program"}}, errc::program_missing},
        {{.argv = {"/does/not/exist"}}, errc::program_missing},
        {{.argv = {""}}, errc::program_missing},
        {{.argv = {"/tmp"}}, errc::program_missing},
        {{.argv = {(place / "not_executable").string()}}, errc::program_missing},
        {{.argv = {(place / "no_interpreter").string()}}, errc::program_missing},
        {{.argv = {"true", std::string(140000, 'x')}}, errc::too_large},
        {{.argv = {"true", std::string("a\0b", 3)}}, errc::invalid},
        {{}, errc::invalid},
        {elsewhere, errc::not_found},
        {misnamed, errc::invalid},
    };
    for (const auto& [what, expected] : cases) {
        const auto ended = result_of(what);
        BOOST_REQUIRE(!ended);
        BOOST_TEST(ended.error().code == make_error_code(expected), ended.error().message);
        BOOST_TEST(!ended.error().message.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_flood_is_read_to_its_end_and_its_beginning_kept) {
    const auto ended = result_of(shell("echo first; head -c 30000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 3"),
                                 {.max_output = 1000});
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.code == 3);
    BOOST_TEST(ended->truncated);
    BOOST_TEST(ended->out.size() == 1000u);
    BOOST_TEST(ended->err.size() == 1000u);
    BOOST_TEST(ended->out.starts_with("first\n"));
}

BOOST_AUTO_TEST_CASE(standard_error_can_go_where_standard_output_goes) {
    auto what = shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2");
    what.error_to_out = true;
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == "1\n2\n3\n4\n");
    BOOST_TEST(ended->err.empty());
}

BOOST_AUTO_TEST_CASE(a_child_that_closes_its_output_and_lives_on_is_waited_for) {
    const temporary_directory place;
    auto what = shell("exec >&- 2>&-; sleep 0.2; touch lived; exit 4");
    what.directory = place.path();
    const auto ended = result_of(what);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.code == 4);
    BOOST_TEST(std::filesystem::exists(place / "lived"));
}

BOOST_AUTO_TEST_SUITE_END()
