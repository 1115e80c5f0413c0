#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is going to happen: all of it is decided ahead from one seed, as data, so that a seed tells a run.
namespace familiar::test::chaos {

using std::chrono::milliseconds;

/// What a delivery tells of.
enum class news { opened, updated, commented, mentioned, closed, reopened };

/// What becomes of the agent that it leads to.
enum class manner { succeeds, fails, dies, hangs };

struct behaviour {
    manner how = manner::succeeds;
    milliseconds works{};  ///< before it ends that way
    bool ignores_term = false;

    /// The lines that the demo's agent obeys, one setting a line.
    std::string text() const;
};

/// Something that happens at the forge, which tells the server of it. Times are since the start of the chaos.
struct happening {
    milliseconds at{};
    std::size_t request = 0;  ///< which merge request
    news what = news::opened;
    behaviour agent{};
    milliseconds late{};                   ///< the forge takes that long to tell of it
    int copies = 1;                        ///< of the same delivery, at the same time over connections of their own
    std::optional<milliseconds> again{};   ///< the same delivery comes once more, so long afterwards
    std::optional<milliseconds> twin{};    ///< a delivery of another id that means the same, likewise
    std::optional<milliseconds> resend{};  ///< somebody sends it again, so long after it was not acknowledged
};

/// What a person wants of one of the newest jobs.
struct order {
    milliseconds at{};
    std::size_t which = 0;  ///< counted from the newest job on
    bool retry = false;     ///< else it is cancelled
};

/// What goes wrong outside of the server.
enum class fault {
    engine_killed,     ///< kill -9 of dockerd
    engine_restarted,  ///< SIGTERM of dockerd
    engine_frozen,     ///< dockerd takes connections and says nothing
    program_hangs,     ///< every docker command does
    forge_down,
    forge_silent,  ///< it takes connections and says nothing
    disk_full,     ///< no room for the database
};

struct incident {
    milliseconds at{};
    milliseconds lasts{};
    fault what = fault::engine_killed;
    bool live_restore = false;  ///< of the engine that is started afterwards
};

/// How a server's life ends.
enum class death {
    killed,             ///< kill -9
    asked,              ///< SIGTERM, to the end
    pressed,            ///< a second SIGTERM while it drains
    killed_on_the_way,  ///< kill -9 while it drains
};

struct life {
    milliseconds lasts{};  ///< from the start of the process on, ready or not
    death how = death::killed;
    milliseconds patience{};  ///< between the first signal and the second
    milliseconds pause{};     ///< until the next one is started
    bool detach = false;      ///< shutdown.agents
};

struct schedule {
    std::uint64_t seed = 0;
    milliseconds length{};
    std::vector<happening> happenings;  ///< in the order of time, as the following
    std::vector<order> orders;
    std::vector<incident> incidents;
    std::vector<life> lives;  ///< one after the other, more than enough of them
};

constexpr std::size_t repositories = 4;
constexpr std::size_t requests_each = 8;

/// `rate`: happenings per second on average; each is one delivery or several.
schedule make_schedule(std::uint64_t seed, milliseconds length, double rate);

std::string_view to_text(news what);
std::string_view to_text(fault what);
std::string_view to_text(death how);

}  // namespace familiar::test::chaos
