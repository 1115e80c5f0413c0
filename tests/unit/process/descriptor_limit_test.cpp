// The limit of descriptors is raised for the server and not for its children.
#include "core/descriptor_limit.hpp"

#include "process/run.hpp"
#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/unit_test.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;

namespace {

/// A soft limit below the hard one, as most systems start programs with; the old one comes back.
class lowered_limit {
public:
    lowered_limit() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        set(soft, before_.rlim_max);
    }
    ~lowered_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    lowered_limit(const lowered_limit&) = delete;
    lowered_limit& operator=(const lowered_limit&) = delete;

    static void set(rlim_t now, rlim_t most) {
        const rlimit changed{now, most};
        BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &changed) == 0);
    }
    std::uint64_t hard() const { return before_.rlim_max; }

    static constexpr rlim_t soft = 300;

private:
    rlimit before_{};
};

/// What a child says of its limits, soft and hard. It reads first, which it can do once it has been launched.
std::string limits_in_a_child() {
    auto child = shell("read -r go; echo $(ulimit -Sn) $(ulimit -Hn)");
    child.input = "go\n";
    const auto ended = result_of(child);
    BOOST_REQUIRE(ended);
    return ended->out;
}

std::string text(std::uint64_t soft, std::uint64_t hard) {
    return std::to_string(soft) + " " + std::to_string(hard) + "\n";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(descriptor_limits, no_leftovers)

BOOST_AUTO_TEST_CASE(children_have_the_limit_that_the_server_was_started_with) {
    const lowered_limit lowered;
    BOOST_TEST(limits_in_a_child() == text(lowered.soft, lowered.hard()));
    {
        const core::raised_descriptor_limit raised;
        BOOST_TEST(core::descriptor_limit() == lowered.hard());
        BOOST_TEST(limits_in_a_child() == text(lowered.soft, lowered.hard()));
    }
    BOOST_TEST(core::descriptor_limit() == lowered.soft);
    BOOST_TEST(!core::original_descriptor_limit());
    BOOST_TEST(limits_in_a_child() == text(lowered.soft, lowered.hard()));
}

BOOST_AUTO_TEST_CASE(grandchildren_have_it_too) {
    const lowered_limit lowered;
    const core::raised_descriptor_limit raised;
    auto child = shell("read -r go; sh -c 'ulimit -Sn'");
    child.input = "go\n";
    const auto ended = result_of(child);
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->out == std::to_string(lowered.soft) + "\n");
}

BOOST_AUTO_TEST_CASE(more_descriptors_than_before_can_then_be_open) {
    const lowered_limit lowered;
    const core::raised_descriptor_limit raised;
    const int high = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(lowered.soft) + 1);
    BOOST_TEST(high > static_cast<int>(lowered.soft));
    BOOST_TEST(limits_in_a_child() == text(lowered.soft, lowered.hard()));
    ::close(high);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_as_high_as_it_may_be_stays) {
    const lowered_limit lowered;
    lowered_limit::set(lowered.hard(), lowered.hard());
    const core::raised_descriptor_limit raised;
    BOOST_TEST(!core::original_descriptor_limit());
    BOOST_TEST(limits_in_a_child() == text(lowered.hard(), lowered.hard()));
}

BOOST_AUTO_TEST_SUITE_END()
