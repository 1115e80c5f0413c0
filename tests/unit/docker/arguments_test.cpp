#include "docker/arguments.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using core::errc;

namespace {

/// The values that follow an option.
std::vector<std::string> values_of(const std::vector<std::string>& arguments, const std::string& option) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
        if (arguments[i] == option) values.push_back(arguments[i + 1]);
    return values;
}

docker::container_spec minimal() {
    docker::container_spec spec;
    spec.name = "n";
    spec.image = "i";
    return spec;
}

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(create_arguments)

BOOST_AUTO_TEST_CASE(hardening_is_not_a_choice) {
    const auto made = docker::create_arguments(minimal());
    BOOST_REQUIRE(made);
    const texts expected{"create",
                         "--name",
                         "n",
                         "--pull",
                         "never",
                         "--init",
                         "--cap-drop",
                         "ALL",
                         "--security-opt",
                         "no-new-privileges",
                         "--log-driver",
                         "json-file",
                         "--log-opt",
                         "max-size=67108864",
                         "--log-opt",
                         "max-file=2",
                         "--",
                         "i"};
    BOOST_TEST(made->arguments == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(everything_that_is_asked_for_is_said) {
    auto spec = minimal();
    spec.labels = {{"a", "1"}, {"b", "x y"}};
    spec.tmpfs_mounts = {{"/home/agent", "exec,uid=1000"}, {"/run", ""}};
    spec.network = "none";
    spec.user = "1000:1000";
    spec.working_directory = "/workspace";
    spec.hostname = "h";
    spec.memory = 1024;
    spec.cpus = 1.5;
    spec.pids = 7;
    const auto made = docker::create_arguments(spec);
    BOOST_REQUIRE(made);
    const auto& arguments = made->arguments;
    BOOST_TEST(values_of(arguments, "--label") == (texts{"a=1", "b=x y"}), boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--tmpfs") == (texts{"/home/agent:exec,uid=1000", "/run"}),
               boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--network") == texts{"none"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--user") == texts{"1000:1000"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--workdir") == texts{"/workspace"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--hostname") == texts{"h"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--memory") == texts{"1024"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--memory-swap") == texts{"1024"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--cpus") == texts{"1.500"}, boost::test_tools::per_element());
    BOOST_TEST(values_of(arguments, "--pids-limit") == texts{"7"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_command_replaces_the_entrypoint_and_follows_the_image) {
    auto spec = minimal();
    spec.command = {"/bin/agent", "--name", "a b", "--"};
    const auto made = docker::create_arguments(spec);
    BOOST_REQUIRE(made);
    BOOST_TEST(values_of(made->arguments, "--entrypoint") == texts{"/bin/agent"}, boost::test_tools::per_element());
    const texts tail(made->arguments.end() - 5, made->arguments.end());
    BOOST_TEST(tail == (texts{"--", "i", "--name", "a b", "--"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mounts_are_quoted_as_their_csv_wants) {
    auto spec = minimal();
    spec.mounts = {{"/plain", "/a", true}, {"/with,comma", "/b", false}, {"/with\"quote", "/c,d", true}};
    const auto made = docker::create_arguments(spec);
    BOOST_REQUIRE(made);
    BOOST_TEST(
        values_of(made->arguments, "--mount") == (texts{
                                                     "type=bind,source=/plain,target=/a,readonly",
                                                     "type=bind,\"source=/with,comma\",target=/b",
                                                     "type=bind,\"source=/with\"\"quote\",\"target=/c,d\",readonly",
                                                 }),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(values_travel_in_the_environment_unless_they_would_steer_the_cli) {
    auto spec = minimal();
    spec.environment = {{"MODE", "secret"}, {"PATH", "/bin"}, {"DOCKER_HOST", "x"}, {"GODEBUG", "y"}};
    const auto made = docker::create_arguments(spec);
    BOOST_REQUIRE(made);
    BOOST_TEST(values_of(made->arguments, "--env") == (texts{"MODE", "PATH=/bin", "DOCKER_HOST=x", "GODEBUG=y"}),
               boost::test_tools::per_element());
    BOOST_REQUIRE(made->environment.size() == 1u);
    BOOST_TEST(made->environment[0].name == "MODE");
    BOOST_TEST(made->environment[0].value == "secret");
}

BOOST_AUTO_TEST_CASE(what_no_option_can_say_is_refused) {
    auto no_command = minimal();
    no_command.command.emplace();
    auto bad_mount = minimal();
    bad_mount.mounts = {{"/a\nb", "/x", true}};
    auto bad_variable = minimal();
    bad_variable.environment = {{"A=B", "c"}};
    for (const auto& spec : {no_command, bad_mount, bad_variable}) {
        const auto made = docker::create_arguments(spec);
        BOOST_REQUIRE(!made);
        BOOST_TEST(made.error().code == make_error_code(errc::invalid));
    }
}

BOOST_AUTO_TEST_SUITE_END()
