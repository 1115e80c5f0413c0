#pragma once

#include "event/event.hpp"
#include "job/gate.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <array>

namespace familiar::job {

/// One gate for each thing that a launch depends on. A closed engine or a full disk holds every job; a closed forge
/// only its own.
struct gates {
    explicit gates(const boost::asio::any_io_executor& executor);

    gate& of(event::provider forge) noexcept { return forge == event::provider::github ? github : gitlab; }
    const gate& of(event::provider forge) const noexcept { return forge == event::provider::github ? github : gitlab; }

    std::array<gate*, 4> all() noexcept { return {&engine, &disk, &github, &gitlab}; }

    gate engine;
    gate disk;
    gate github;
    gate gitlab;
};

}  // namespace familiar::job
