#include "docker/classify.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using core::errc;

namespace {

struct row {
    std::string said;
    errc meaning;
};

/// What the CLIs 28.2 and 20.10 printed against an engine 20.10, but for the registry's refusals and the newer
/// engine's, which are as their documentation and issues quote them.
const std::vector<row> rows{
    {"Error response from daemon: No such image: nosuch:latest\n", errc::image_missing},
    {"[]\nError response from daemon: no such image: nosuch: No such image: nosuch:latest\n", errc::image_missing},
    {"Error: No such image: nosuch\n", errc::image_missing},
    {"Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker "
     "login': denied: requested access to the resource is denied\n",
     errc::image_missing},
    {"Error response from daemon: manifest for debian:nosuch not found: manifest unknown: manifest unknown\n",
     errc::image_missing},
    {"Error response from daemon: Conflict. The container name \"/zz\" is already in use by container "
     "\"3ad34c12\". You have to remove (or rename) that container to be able to reuse that name.\n",
     errc::name_taken},
    {"Error response from daemon: No such container: zq\nError: failed to start containers: zq\n",
     errc::no_such_container},
    {"[]\nError response from daemon: No such container: zq\n", errc::no_such_container},
    {"Error: No such container: zq\n", errc::no_such_container},
    {"[]\nError: No such object: zq\n", errc::no_such_container},
    {"Error response from daemon: Cannot kill container: zq: No such container: zq\n", errc::no_such_container},
    {"Error response from daemon: removal of container zq is already in progress\n", errc::conflict},
    {"Error response from daemon: You cannot remove a running container f2595cf4. Stop the container before attempting "
     "removal or force remove\n",
     errc::conflict},
    {"Error response from daemon: You cannot remove a paused container f2595cf4. Unpause and then stop the container "
     "before attempting removal or force remove\n",
     errc::conflict},
    {"Error response from daemon: cannot remove container \"/zq\": container is running: stop the container before "
     "removing or force remove\n",
     errc::conflict},
    {"Error response from daemon: cannot remove container \"/zq\": container is paused and must be unpaused first\n",
     errc::conflict},
    {"\nCannot connect to the Docker daemon at unix:///run/none.sock. Is the docker daemon running?\n",
     errc::engine_unreachable},
    {"Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?\n",
     errc::engine_unreachable},
    {"error during connect: Get \"http://nosuch.invalid:2375/v1.50/containers/json\": dial tcp: lookup nosuch.invalid "
     "on 127.0.0.53:53: no such host\n",
     errc::engine_unreachable},
    {"error during connect: Get \"http://%2Frun%2Fd.sock/v1.24/containers/json\": EOF\n", errc::engine_unreachable},
    {"WARNING: Error loading config file: open /root/.docker/config.json: permission denied\npermission denied while "
     "trying to connect to the Docker daemon socket at unix:///run/d.sock: dial unix /run/d.sock: connect: permission "
     "denied\n",
     errc::engine_unreachable},
    {"Failed to initialize: unable to resolve docker endpoint: invalid bind address format: bad://x\n",
     errc::engine_unreachable},
    {"unexpected EOF\n", errc::engine_unreachable},
    {"Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please "
     "upgrade "
     "your client to a newer version\n",
     errc::engine_unreachable},
    {"Error response from daemon: Get \"https://nosuch.invalid/v2/\": dial tcp: lookup nosuch.invalid on "
     "127.0.0.53:53: no such host\n",
     errc::unavailable},
    {"Using default tag: latest\nError response from daemon: Get \"https://registry-1.docker.io/v2/\": net/http: TLS "
     "handshake timeout\n",
     errc::unavailable},
    {"Error response from daemon: toomanyrequests: You have reached your pull rate limit.\n", errc::unavailable},
    {"Error response from daemon: Head \"https://r.example/v2/x/manifests/1\": unauthorized: authentication "
     "required\n",
     errc::authentication_failed},
    {"Error response from daemon: network nonet not found\nError: failed to start containers: zy\n", errc::not_found},
    {"Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /nope\n",
     errc::not_found},
    {"Error response from daemon: write /var/lib/docker/x: no space left on device\n", errc::storage_full},
    {"Error response from daemon: Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed\n",
     errc::invalid},
    {"invalid reference format: repository name (library/BAD) must be lowercase\n", errc::invalid},
    {"unknown flag: --nosuchflag\nSee 'docker create --help'.\n", errc::invalid},
    {"Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to "
     "start container process: exec: \"/nope\": stat /nope: no such file or directory: unknown\n",
     errc::child_failed},
    {"something nobody has seen yet\n", errc::child_failed},
    {"", errc::child_failed},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(classifying)

BOOST_AUTO_TEST_CASE(the_words_of_the_cli_decide) {
    for (const auto& [said, meaning] : rows) {
        const auto failure = docker::classify("create", {.code = 1}, said);
        BOOST_TEST(failure.code == make_error_code(meaning), said + " -> " + failure.code.message());
    }
}

BOOST_AUTO_TEST_CASE(the_message_is_one_line_without_hints) {
    const auto failure = docker::classify(
        "create", {.code = 125},
        "WARNING: no swap\nunknown flag: --x\n\nUsage:  docker create IMAGE\n\nRun 'docker create --help' for more\n");
    BOOST_TEST(failure.message == "docker create: unknown flag: --x");
}

BOOST_AUTO_TEST_CASE(without_words_the_end_is_told) {
    BOOST_TEST(docker::classify("rm", {.code = 1}, "\n").message == "docker rm: ended with exit code 1");
    BOOST_TEST(docker::classify("rm", {.signal = 9}, "").message == "docker rm: ended with signal 9 (Killed)");
}

BOOST_AUTO_TEST_CASE(a_cli_that_was_killed_may_be_run_again) {
    BOOST_TEST(core::is_transient(docker::classify("create", {.signal = 9}, "")));
    BOOST_TEST(!core::is_transient(docker::classify("create", {.code = 1}, "")));
    BOOST_TEST(!core::is_transient(docker::classify("create", {.signal = 9}, "No such image: x")));
}

BOOST_AUTO_TEST_CASE(a_very_long_complaint_is_bounded) {
    BOOST_TEST(docker::classify("rm", {.code = 1}, std::string(100000, 'x')).message.size() < 600u);
}

BOOST_AUTO_TEST_SUITE_END()
