#pragma once

#include "core/ulid.hpp"
#include "docker/engine.hpp"
#include "support/leftovers.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_image.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

namespace familiar::test {

/// A real engine, and containers that belong to this test alone. A test that leaves one behind fails.
struct real_engine : no_leftovers {
    explicit real_engine(docker::settings with = {}) : engine(std::move(with)) {}

    ~real_engine() {
        const auto left = run_coroutine(engine.list(labels));
        if (!left) {
            BOOST_ERROR("no listing of what was left behind: " + left.error().message);
            return;
        }
        BOOST_CHECK_MESSAGE(left->empty(), "a container was left behind");
        for (const auto& state : *left) BOOST_CHECK(run_coroutine(engine.remove(state.id)).has_value());
    }

    /// A container that runs the script.
    docker::container_spec container(std::string script, const std::string& suffix = "a") const {
        docker::container_spec spec;
        spec.name = "familiar-unit-" + labels.at("familiar.test.run") + "-" + suffix;
        spec.image = test_image();
        spec.labels = labels;
        spec.network = "none";
        spec.command = {"/bin/sh", "-c", std::move(script)};
        return spec;
    }

    docker::engine engine;
    docker::label_map labels{{"familiar.test.run", core::make_ulid()}};
    temporary_directory place;
};

/// Suspends until the container has ended; asks, so that it tests no watcher.
inline boost::asio::awaitable<docker::container_state> ended_state(docker::engine& engine, std::string name) {
    for (;;) {
        const auto state = co_await engine.inspect(name);
        if (state.value().ended()) co_return *state;
    }
}

/// Takes all that comes.
inline process::chunk_taker take_into(std::string& text) {
    return [&text](std::string piece) -> boost::asio::awaitable<bool> {
        text += piece;
        co_return true;
    };
}

template <class T>
void require_error(const core::result<T>& outcome, core::errc expected) {
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().code == core::make_error_code(expected), outcome.error().message);
    BOOST_TEST(!outcome.error().message.empty());
}

/// The value, or a failed test that says why there is none.
template <class T>
T value_of(core::result<T> outcome) {
    if (!outcome) BOOST_FAIL(core::describe(outcome.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

inline std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    BOOST_REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace familiar::test
