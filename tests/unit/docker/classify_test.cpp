#include "docker/classify.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using core::errc;

namespace {

struct row {
    std::string said;
    errc meaning;
};

/// What the CLIs 28.2 and 20.10 printed against an engine 20.10, but for some of the registry's refusals and the newer
/// engine's, which are as their documentation and issues quote them. real_words_test.cpp makes most of it happen.
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
    // Docker Hub's documentation, "Docker Hub pull usage and limits"
    {"Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. "
     "https://www.docker.com/increase-rate-limit\n",
     errc::unavailable},
    {"Error response from daemon: Get \"https://r.example/v2/\": EOF\n", errc::unavailable},
    {"Error response from daemon: Get \"https://r.example/v2/\": unexpected EOF\n", errc::unavailable},
    {"Error response from daemon: Get \"http://127.0.0.1:44259/v2/\": http: server closed idle connection\n",
     errc::unavailable},
    {"Error response from daemon: Get \"https://r.example/v2/\": net/http: HTTP/1.x transport connection broken: "
     "malformed HTTP status code\n",
     errc::unavailable},
    {"Error response from daemon: unexpected EOF\n", errc::unavailable},
    {"Error response from daemon: Get \"https://r.example/v2/\": context deadline exceeded (Client.Timeout exceeded "
     "while awaiting headers)\n",
     errc::unavailable},
    {"Error response from daemon: Get \"https://r.example/v2/\": dial tcp: lookup r.example on 10.0.0.2:53: server "
     "misbehaving\n",
     errc::unavailable},
    // containerd's image store (containerd, core/remotes/docker: resolver.go, fetcher.go)
    {"Error response from daemon: failed to resolve reference \"r.example/x:1\": unexpected status from HEAD request "
     "to "
     "https://r.example/v2/x/manifests/1: 503 Service Unavailable\n",
     errc::unavailable},
    {"Error response from daemon: failed to resolve reference \"r.example/x:1\": unexpected status from HEAD request "
     "to "
     "https://r.example/v2/x/manifests/1: 429 Too Many Requests\n",
     errc::unavailable},
    {"Error response from daemon: failed to resolve reference \"r.example/x:1\": pull access denied, repository does "
     "not exist or may require authorization: server message: insufficient_scope: authorization failed\n",
     errc::image_missing},
    {"Error response from daemon: Get \"https://r.example/v2/\": tls: failed to verify certificate: x509: certificate "
     "signed by unknown authority\n",
     errc::child_failed},
    {"Error response from daemon: Get \"https://r.example/v2/\": http: server gave HTTP response to HTTPS client\n",
     errc::child_failed},
    {"request returned 500 Internal Server Error for API route and version http://r.example:2375/_ping, check if the "
     "server supports the requested API version\n",
     errc::engine_unreachable},
    {"Error response from daemon: connection error: desc = \"transport: Error while dialing: dial unix "
     "/run/containerd/containerd.sock: connect: no such file or directory\": unavailable: rpc error: code = "
     "Unavailable\n",
     errc::unavailable},
    {"Error response from daemon: OCI runtime create failed: fork/exec /usr/bin/runc: resource temporarily "
     "unavailable: unknown\n",
     errc::unavailable},
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

BOOST_AUTO_TEST_CASE(a_limit_is_waited_for_a_minute_at_least_and_nothing_else_has_a_time) {
    const auto waits = [](std::string_view said) { return docker::classify("pull", {.code = 1}, said).retry_after; };
    BOOST_TEST((waits("Error response from daemon: toomanyrequests: slow down") == std::chrono::minutes(1)));
    BOOST_TEST((waits("unexpected status from HEAD request: 429 Too Many Requests") == std::chrono::minutes(1)));
    for (const auto& [said, meaning] : rows)
        if (meaning != errc::unavailable) BOOST_TEST(!waits(said), said);
}

BOOST_AUTO_TEST_CASE(a_very_long_complaint_is_bounded) {
    BOOST_TEST(docker::classify("rm", {.code = 1}, std::string(100000, 'x')).message.size() < 600u);
}

BOOST_AUTO_TEST_SUITE_END()
