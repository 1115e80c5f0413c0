#include "docker/engine.hpp"

#include "real_engine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <sstream>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

/// Every docker in PATH: a machine may have an old one beside a new one.
std::vector<std::string> every_cli() {
    std::vector<std::string> found;
    std::istringstream path(std::getenv("PATH"));
    for (std::string place; std::getline(path, place, ':');) {
        std::error_code ignored;
        const auto program = std::filesystem::canonical(std::filesystem::path(place) / "docker", ignored).string();
        if (!program.empty() && std::find(found.begin(), found.end(), program) == found.end()) found.push_back(program);
    }
    return found;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_real_engine, real_engine)

BOOST_AUTO_TEST_CASE(it_answers_with_its_version) {
    const auto version = value_of(run_coroutine(engine.version()));
    BOOST_TEST(version.find('.') != std::string::npos, version);
}

BOOST_AUTO_TEST_CASE(every_cli_of_this_machine_speaks_to_it) {
    for (const auto& cli : every_cli()) {
        BOOST_TEST_CONTEXT(cli) {
            docker::settings with;
            with.cli = cli;
            docker::engine other(with);
            const auto spec = container("echo text; exit 5");
            value_of(run_coroutine(other.version()));
            value_of(run_coroutine(other.inspect_image(spec.image)));
            value_of(run_coroutine(other.create(spec)));
            require_error(run_coroutine(other.create(spec)), errc::name_taken);
            value_of(run_coroutine(other.remove_unstarted(spec.name)));
            value_of(run_coroutine(other.create(spec)));
            value_of(run_coroutine(other.start(spec.name)));
            BOOST_TEST(run_coroutine(ended_state(other, spec.name)).exit_code == 5);
            BOOST_TEST(value_of(run_coroutine(other.list(labels))).size() == 1u);
            value_of(run_coroutine(other.save_logs(spec.name, place / "log", 1000)));
            BOOST_TEST(content(place / "log") == "text\n");
            std::string followed;
            value_of(run_coroutine(other.follow_logs(spec.name, take_into(followed))));
            BOOST_TEST(followed == "text\n");
            const auto running = container("sleep 300", "running");
            value_of(run_coroutine(other.create(running)));
            value_of(run_coroutine(other.start(running.name)));
            require_error(run_coroutine(other.remove_unstarted(running.name)), errc::conflict);
            value_of(run_coroutine(other.remove(running.name)));
            value_of(run_coroutine(other.stop(spec.name, 1s)));
            value_of(run_coroutine(other.remove(spec.name)));
            value_of(run_coroutine(other.remove_unstarted(spec.name)));
            require_error(run_coroutine(other.inspect(spec.name)), errc::no_such_container);
            require_error(run_coroutine(other.follow_logs(spec.name, take_into(followed))), errc::no_such_container);
            require_error(run_coroutine(other.inspect_image("familiar-no-such-image")), errc::image_missing);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_container_from_creation_to_removal) {
    auto spec = container("echo out; echo err >&2; exit 5");
    spec.labels["familiar.test.words"] = "a=b, c";
    const auto id = value_of(run_coroutine(engine.create(spec)));
    BOOST_TEST(id.size() == 64u);

    const auto created = value_of(run_coroutine(engine.inspect(spec.name)));
    BOOST_TEST(created.id == id);
    BOOST_TEST(created.name == spec.name);
    BOOST_TEST(created.image == spec.image);
    BOOST_TEST(created.status == "created");
    BOOST_TEST(!created.started_at.has_value());
    BOOST_TEST(created.labels.at("familiar.test.words") == "a=b, c");
    BOOST_TEST((core::now() - created.created < 1h));

    value_of(run_coroutine(engine.start(spec.name)));
    const auto ended = run_coroutine(ended_state(engine, spec.name));
    BOOST_TEST(ended.exit_code == 5);
    BOOST_TEST(!ended.running);
    BOOST_TEST(!ended.oom_killed);
    BOOST_TEST(ended.started_at.has_value());
    BOOST_TEST(ended.finished_at.has_value());

    value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 1000)));
    const auto log = content(place / "log");
    BOOST_TEST(log.size() == 8u);
    BOOST_TEST(log.find("out\n") != std::string::npos);
    BOOST_TEST(log.find("err\n") != std::string::npos);

    value_of(run_coroutine(engine.remove(spec.name)));
    require_error(run_coroutine(engine.inspect(spec.name)), errc::no_such_container);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_what_the_container_gets) {
    std::ofstream(place / "given, \"so\"") << "text";
    std::filesystem::create_directory(place / "out");
    std::filesystem::permissions(place / "out", std::filesystem::perms::all);
    auto spec = container(
        "id -u; id -g; pwd; hostname; echo \"$ONE|$TWO\"; cat /given; echo; echo x > /out/file; "
        "(echo y > /given) 2>&1; echo $?; echo '#!/bin/sh' > /scratch/x; chmod +x /scratch/x; /scratch/x; "
        "echo $?; grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status; cat /proc/1/comm");
    spec.user = "1000:1001";
    spec.working_directory = "/tmp";
    spec.hostname = "somewhere";
    spec.environment = {{"ONE", "a b\nc"}, {"TWO", ""}};
    spec.mounts = {{place / "given, \"so\"", "/given", true}, {place / "out", "/out", false}};
    spec.tmpfs_mounts = {{"/scratch", "exec,uid=1000,gid=1001,mode=0700"}};
    spec.memory = 64u << 20;
    spec.cpus = 0.5;
    spec.pids = 50;
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine(ended_state(engine, spec.name));
    value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 10000)));
    value_of(run_coroutine(engine.remove(spec.name)));

    const auto log = content(place / "log");
    BOOST_TEST(log.find("1000\n1001\n/tmp\nsomewhere\na b\nc|\ntext\n") != std::string::npos, log);
    BOOST_TEST(log.find("Read-only file system") != std::string::npos, log);
    BOOST_TEST(log.find("\n0\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n") != std::string::npos, log);
    BOOST_TEST(log.find("docker-init") != std::string::npos, log);
    BOOST_TEST(content(place / "out" / "file") == "x\n");
}

BOOST_AUTO_TEST_CASE(without_a_command_the_image_decides) {
    auto spec = container("");
    spec.command.reset();
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    BOOST_TEST(run_coroutine(ended_state(engine, spec.name)).exit_code == 0);
    value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 1000)));
    BOOST_TEST(content(place / "log") == "the image speaks\n");
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_taken_name_is_told) {
    const auto spec = container("true");
    value_of(run_coroutine(engine.create(spec)));
    require_error(run_coroutine(engine.create(spec)), errc::name_taken);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_missing_image_is_told_and_not_pulled) {
    auto spec = container("true");
    spec.image = "familiar-no-such-image:1";
    require_error(run_coroutine(engine.create(spec)), errc::image_missing);
    require_error(run_coroutine(engine.inspect_image(spec.image)), errc::image_missing);
}

BOOST_AUTO_TEST_CASE(an_image_that_is_there_shows_its_labels) {
    const auto image = value_of(run_coroutine(engine.inspect_image(test_image())));
    BOOST_TEST(image.id.starts_with("sha256:"));
    BOOST_TEST(image.labels.at("familiar.test") == "1");
}

BOOST_AUTO_TEST_CASE(a_container_that_is_not_there) {
    const std::string name = "familiar-no-such-container";
    require_error(run_coroutine(engine.start(name)), errc::no_such_container);
    require_error(run_coroutine(engine.stop(name, 1s)), errc::no_such_container);
    require_error(run_coroutine(engine.inspect(name)), errc::no_such_container);
    require_error(run_coroutine(engine.save_logs(name, place / "log", 1000)), errc::no_such_container);
    std::string followed;
    require_error(run_coroutine(engine.follow_logs(name, take_into(followed))), errc::no_such_container);
    BOOST_TEST(followed.empty());
    value_of(run_coroutine(engine.remove_unstarted(name)));
    value_of(run_coroutine(engine.remove(name)));
    BOOST_TEST(!std::filesystem::exists(place / "log"));
    BOOST_TEST(!std::filesystem::exists(place / "log.part"));
}

BOOST_AUTO_TEST_CASE(a_mount_of_a_path_that_is_not_there_fails_and_makes_no_folder) {
    auto spec = container("true");
    spec.mounts = {{place / "absent", "/x", true}};
    require_error(run_coroutine(engine.create(spec)), errc::not_found);
    BOOST_TEST(!std::filesystem::exists(place / "absent"));
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_in_the_image_ends_with_127) {
    // The init process starts, and does not find it.
    auto spec = container("");
    spec.command = {"/no/such/program"};
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    BOOST_TEST(run_coroutine(ended_state(engine, spec.name)).exit_code == 127);
    value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 1000)));
    BOOST_TEST(content(place / "log").find("/no/such/program") != std::string::npos);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_started_has_not_ended) {
    auto spec = container("true");
    spec.network = "familiar-no-such-network";
    // Engines say so at the creation or at the start.
    if (run_coroutine(engine.create(spec))) {
        require_error(run_coroutine(engine.start(spec.name)), errc::not_found);
        BOOST_TEST(!value_of(run_coroutine(engine.inspect(spec.name))).ended());
    }
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(stopping_ends_one_that_listens_to_term) {
    const auto spec = container("trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    for (std::string log; log != "ready\n"; log = content(place / "log"))
        value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 1000)));
    value_of(run_coroutine(engine.stop(spec.name, 20s)));
    BOOST_TEST(value_of(run_coroutine(engine.inspect(spec.name))).exit_code == 3);
    value_of(run_coroutine(engine.stop(spec.name, 1s)));
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(stopping_kills_one_that_ignores_term) {
    const auto spec = container("trap '' TERM; while :; do sleep 0.1; done");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    value_of(run_coroutine(engine.stop(spec.name, 200ms)));
    const auto state = value_of(run_coroutine(engine.inspect(spec.name)));
    BOOST_TEST(state.ended());
    BOOST_TEST(state.exit_code == 137);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(a_running_one_is_removed_at_once) {
    const auto spec = container("trap '' TERM; while :; do sleep 0.1; done");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    BOOST_TEST(value_of(run_coroutine(engine.inspect(spec.name))).running);
    value_of(run_coroutine(engine.remove(spec.name)));
    require_error(run_coroutine(engine.inspect(spec.name)), errc::no_such_container);
}

BOOST_AUTO_TEST_CASE(one_that_was_never_started_is_removed_and_one_that_runs_is_left) {
    const auto spec = container("sleep 300");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.remove_unstarted(spec.name)));
    require_error(run_coroutine(engine.start(spec.name)), errc::no_such_container);

    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    require_error(run_coroutine(engine.remove_unstarted(spec.name)), errc::conflict);
    BOOST_TEST(value_of(run_coroutine(engine.inspect(spec.name))).running);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_CASE(five_at_once) {
    asio::io_context context(1);
    std::vector<int> codes(5, -1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto number = std::to_string(i);
        asio::co_spawn(
            context,
            [](docker::engine& with, docker::container_spec spec, int& code) -> asio::awaitable<void> {
                value_of(co_await with.create(spec));
                value_of(co_await with.start(spec.name));
                code = (co_await ended_state(with, spec.name)).exit_code;
                value_of(co_await with.remove(spec.name));
            }(engine, container("exit " + number, number), codes[i]),
            [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            });
    }
    context.run();
    for (std::size_t i = 0; i < codes.size(); ++i) BOOST_TEST(codes[i] == static_cast<int>(i));
}

BOOST_AUTO_TEST_CASE(a_listing_shows_all_states_of_those_with_every_label) {
    auto created = container("true", "created");
    const auto exited = container("exit 7", "exited");
    const auto running = container("sleep 300", "running");
    created.labels["extra"] = "yes";
    for (const auto& spec : {created, exited, running}) value_of(run_coroutine(engine.create(spec)));
    for (const auto& spec : {exited, running}) value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine(ended_state(engine, exited.name));

    std::map<std::string, std::string> statuses;
    for (const auto& state : value_of(run_coroutine(engine.list(labels)))) statuses[state.name] = state.status;
    BOOST_TEST((statuses == std::map<std::string, std::string>{
                                {created.name, "created"}, {exited.name, "exited"}, {running.name, "running"}}));

    auto both = labels;
    both["extra"] = "yes";
    const auto one = value_of(run_coroutine(engine.list(both)));
    BOOST_REQUIRE(one.size() == 1u);
    BOOST_TEST(one[0].name == created.name);
    for (const auto& spec : {created, exited, running}) value_of(run_coroutine(engine.remove(spec.name)));
    BOOST_TEST(value_of(run_coroutine(engine.list(labels))).empty());
}

BOOST_AUTO_TEST_CASE(of_a_long_log_the_newest_is_kept_under_a_marker) {
    const auto spec = container("seq 1 50000; echo last");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine(ended_state(engine, spec.name));
    value_of(run_coroutine(engine.save_logs(spec.name, place / "log", 1000)));
    value_of(run_coroutine(engine.remove(spec.name)));

    const auto log = content(place / "log");
    BOOST_TEST(log.size() <= 1100u);
    BOOST_TEST(log.size() >= 900u);
    BOOST_TEST(log.starts_with("[the first 28"), log.substr(0, 80));
    BOOST_TEST(log.find("\n49900\n49901\n") != std::string::npos);
    BOOST_TEST(log.find("\nlast\n") != std::string::npos);
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(place.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_written_is_told) {
    const auto spec = container("echo text");
    value_of(run_coroutine(engine.create(spec)));
    value_of(run_coroutine(engine.start(spec.name)));
    run_coroutine(ended_state(engine, spec.name));
    require_error(run_coroutine(engine.save_logs(spec.name, place / "absent" / "log", 1000)), errc::storage_failed);
    value_of(run_coroutine(engine.remove(spec.name)));
}

BOOST_AUTO_TEST_SUITE_END()
