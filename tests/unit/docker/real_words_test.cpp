// What the real command lines and a real engine print when something is really wrong, and what is made of it.
#include "docker/engine.hpp"
#include "real_engine.hpp"
#include "support/git_forge.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"

#include <cstdlib>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;

namespace {

/// Every docker in the PATH: old and new ones say things differently.
std::vector<std::string> command_lines() {
    std::vector<std::string> found;
    std::istringstream path(std::getenv("PATH"));
    for (std::string folder; std::getline(path, folder, ':');)
        if (::access((folder + "/docker").c_str(), X_OK) == 0) found.push_back(folder + "/docker");
    BOOST_REQUIRE(!found.empty());
    return found;
}

/// Calls `use` with an engine behind each of them.
template <class Function>
void with_each(const std::string& host, Function use) {
    for (const auto& cli : command_lines()) {
        docker::settings with;
        with.cli = cli;
        with.host = host;
        docker::engine engine(with);
        BOOST_TEST_CONTEXT(cli << " towards " << host) use(engine);
    }
}

template <class T>
void check(const core::result<T>& outcome, errc expected) {
    BOOST_REQUIRE(!outcome.has_value());
    BOOST_TEST_MESSAGE(outcome.error().message);
    BOOST_TEST(outcome.error().code == core::make_error_code(expected), outcome.error().message);
}

void check_unreachable(const std::string& host) {
    with_each(host, [](docker::engine& engine) {
        docker::container_spec spec;
        spec.name = spec.image = "x";
        check(run_coroutine(engine.version()), errc::engine_unreachable);
        check(run_coroutine(engine.list({})), errc::engine_unreachable);
        check(run_coroutine(engine.create(spec)), errc::engine_unreachable);
        check(run_coroutine(engine.start("x")), errc::engine_unreachable);
        check(run_coroutine(engine.pull("x")), errc::engine_unreachable);
    });
}

/// A registry that exists and gives this answer for every image.
treatment registry(const std::string& status, const std::string& body) {
    const auto answer = [](const std::string& line, const std::string& text) {
        return "HTTP/1.1 " + line + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
               std::to_string(text.size()) + "\r\n\r\n" + text;
    };
    return [yes = answer("200 OK", "{}"), no = answer(status, body)](int connection) {
        char bytes[16384];
        const auto got = ::recv(connection, bytes, sizeof bytes, 0);
        const std::string request(bytes, got > 0 ? static_cast<std::size_t>(got) : 0);
        const auto& said = request.starts_with("GET /v2/ ") ? yes : no;
        (void)::send(connection, said.data(), said.size(), MSG_NOSIGNAL);
    };
}

std::string error_of_registry(const std::string& code, const std::string& message) {
    return R"({"errors":[{"code":")" + code + R"(","message":")" + message + R"("}]})";
}

/// The status and what a registry says with it (https://distribution.github.io/distribution/spec/api/, "Errors").
struct refusal {
    std::string status;
    std::string body;
    errc means;
};

const std::vector<refusal> refusals{
    {"401 Unauthorized", error_of_registry("UNAUTHORIZED", "authentication required"), errc::authentication_failed},
    {"403 Forbidden", error_of_registry("DENIED", "requested access to the resource is denied"), errc::image_missing},
    {"404 Not Found", error_of_registry("MANIFEST_UNKNOWN", "manifest unknown"), errc::image_missing},
    {"408 Request Timeout", "oops", errc::unavailable},
    {"429 Too Many Requests", error_of_registry("TOOMANYREQUESTS", "You have reached your pull rate limit."),
     errc::unavailable},
    {"429 Too Many Requests", "oops", errc::unavailable},
    {"500 Internal Server Error", "oops", errc::unavailable},
    {"502 Bad Gateway", "oops", errc::unavailable},
    {"503 Service Unavailable", "oops", errc::unavailable},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(without_an_engine)

BOOST_AUTO_TEST_CASE(where_nothing_listens_or_nobody_has_the_name_the_engine_is_unreachable) {
    const temporary_directory place;
    check_unreachable("unix://" + (place / "none.sock").string());
    check_unreachable("tcp://127.0.0.1:" + std::to_string(free_port()));
    check_unreachable("tcp://nosuch.invalid:2375");
}

BOOST_AUTO_TEST_CASE(where_a_connection_ends_or_is_reset_or_breaks_off_it_is_too) {
    const scripted_server close(closing());
    const scripted_server reset(resetting());
    for (const auto* server : {&close, &reset}) check_unreachable("tcp://" + server->authority());
    const scripted_server half(
        answering("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{\"a\""));
    with_each("tcp://" + half.authority(), [](docker::engine& engine) {
        check(run_coroutine(engine.version()), errc::engine_unreachable);
        check(run_coroutine(engine.list({})), errc::engine_unreachable);
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(with_an_engine, real_engine)

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_and_things_that_are_not_there_are_named) {
    auto spec = container("true");
    value_of(run_coroutine(engine.create(spec)));
    with_each("", [&](docker::engine& each) {
        check(run_coroutine(each.create(spec)), errc::name_taken);

        auto odd = container("true", "odd");
        odd.image = "familiar-test-nosuch:latest";
        check(run_coroutine(each.create(odd)), errc::image_missing);
        check(run_coroutine(each.inspect_image("familiar-test-nosuch")), errc::image_missing);

        odd = container("true", "odd");
        odd.mounts = {{.source = "/nowhere/at/all", .target = "/x"}};
        check(run_coroutine(each.create(odd)), errc::not_found);

        odd = container("true", "odd");
        odd.image = "Not An Image";
        check(run_coroutine(each.create(odd)), errc::invalid);

        check(run_coroutine(each.start("familiar-unit-nosuch")), errc::no_such_container);
        check(run_coroutine(each.inspect("familiar-unit-nosuch")), errc::no_such_container);
        check(run_coroutine(each.stop("familiar-unit-nosuch", 1s)), errc::no_such_container);
    });
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_network_that_is_not_there_is_named) {
    with_each("", [&](docker::engine& each) {
        auto spec = container("true");
        spec.network = "familiar-test-nosuch";
        const auto created = run_coroutine(each.create(spec));
        if (created) check(run_coroutine(each.start(spec.name)), errc::not_found);
        if (!created) check(created, errc::not_found);
        value_of(run_coroutine(each.remove(spec.name)));
    });
}

BOOST_AUTO_TEST_CASE(a_registry_that_refuses_is_final_and_one_that_is_busy_is_not) {
    for (const auto& [status, body, means] : refusals) {
        const scripted_server server(registry(status, body));
        with_each("", [&](docker::engine& each) {
            const auto pulled = run_coroutine(each.pull(server.authority() + "/team/agent:1"));
            BOOST_TEST_CONTEXT(status) check(pulled, means);
            const bool limited = status.starts_with("429");
            BOOST_TEST((pulled.error().retry_after == (limited ? std::optional(60000ms) : std::nullopt)), status);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_registry_that_cannot_be_reached_is_unavailable_and_the_engine_is_not_blamed) {
    const scripted_server close(closing());
    const scripted_server reset(resetting());
    for (const auto& where : {"127.0.0.1:" + std::to_string(free_port()), std::string("nosuch.invalid"),
                              close.authority(), reset.authority()})
        with_each("", [&](docker::engine& each) {
            check(run_coroutine(each.pull(where + "/team/agent:1")), errc::unavailable);
        });
}

BOOST_AUTO_TEST_SUITE_END()
