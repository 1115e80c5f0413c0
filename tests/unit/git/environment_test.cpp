#include "git/environment.hpp"

#include "support/unit_test.hpp"

#include <map>
#include <string>

using namespace familiar;

namespace {

using variables = std::map<std::string, std::string>;

/// The variables, and the configuration in them by its key.
variables of(const git::remote* access) {
    variables all;
    for (const auto& [name, value] : git::environment(access)) all[name] = value;
    for (int i = 0; i < std::stoi(all.at("GIT_CONFIG_COUNT")); ++i)
        all[all.at("GIT_CONFIG_KEY_" + std::to_string(i))] = all.at("GIT_CONFIG_VALUE_" + std::to_string(i));
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(nothing_of_the_machine_or_the_repository_runs) {
    const auto all = of(nullptr);
    BOOST_CHECK_EQUAL(all.at("core.hooksPath"), "/dev/null");
    BOOST_CHECK_EQUAL(all.at("core.fsmonitor"), "false");
    BOOST_CHECK_EQUAL(all.at("credential.helper"), "");
    BOOST_CHECK_EQUAL(all.at("GIT_CONFIG_NOSYSTEM"), "1");
    BOOST_CHECK_EQUAL(all.at("GIT_CONFIG_GLOBAL"), "/dev/null");
    BOOST_CHECK_EQUAL(all.at("GIT_TERMINAL_PROMPT"), "0");
    BOOST_CHECK_EQUAL(all.at("GIT_ASKPASS"), "");
    BOOST_CHECK_EQUAL(all.at("GIT_ALLOW_PROTOCOL"), "none");
}

BOOST_AUTO_TEST_CASE(the_token_is_a_header_for_its_origin_alone) {
    const git::remote access{"github/a/b", "https://forge.example/a/b.git", "bot", core::secret("t0ken"), "/ca.pem"};
    const auto all = of(&access);
    BOOST_CHECK_EQUAL(all.at("http.https://forge.example/.extraHeader"), "Authorization: Basic Ym90OnQwa2Vu");
    BOOST_CHECK_EQUAL(all.at("http.followRedirects"), "false");
    BOOST_CHECK_EQUAL(all.at("http.sslCAInfo"), "/ca.pem");
    BOOST_CHECK_EQUAL(all.at("GIT_ALLOW_PROTOCOL"), "https");
    for (const auto& [name, value] : all) BOOST_CHECK(value.find("t0ken") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_token_there_is_no_header) {
    const git::remote anonymous{"github/a/b", "https://forge.example/a/b.git", "bot", {}, {}};
    const auto all = of(&anonymous);
    BOOST_CHECK(!all.contains("http.https://forge.example/.extraHeader"));
    BOOST_CHECK(!all.contains("http.sslCAInfo"));
}

BOOST_AUTO_TEST_CASE(a_protocol_without_headers_gets_no_token) {
    const git::remote plain{"github/a/b", "git://forge.example/a/b.git", "bot", core::secret("t0ken"), {}};
    for (const auto& [name, value] : of(&plain)) BOOST_CHECK(name.find("extraHeader") == std::string::npos);
    BOOST_CHECK_EQUAL(of(&plain).at("GIT_ALLOW_PROTOCOL"), "git");
}

BOOST_AUTO_TEST_SUITE_END()
