#pragma once

#include "http/buffer_budget.hpp"
#include "http/chunk_check.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/request_head.hpp"
#include "http/router.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace familiar::http {

/// One request on its way to an answer: what has been parsed of it, out of a buffer that others fill. Does no I/O.
class exchange {
public:
    using clock = std::chrono::steady_clock;

    /// What a parsing step has led to.
    enum class step {
        more,  ///< needs bytes that are not in the buffer
        done,
        refused,  ///< `refused` says with what; the connection ends
    };

    exchange(boost::beast::flat_buffer& buffer, const limits& bounds, buffer_budget& budget);
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Looks for the end of the head in the buffer, and parses it when it is there.
    step parse_head();

    /// Parses what is in the buffer into `incoming.body`. Room is made for what has come, never for what was announced.
    step parse_body();

    clock::time_point started = clock::now();
    clock::time_point deadline{};
    request_parser parser{};
    request incoming{};
    router::match found{};
    buffer_budget::lease held;
    std::optional<response> refused{};

private:
    std::string_view buffered() const;
    bool is_between_chunks() const;
    step more_or_bare_lf();
    step refuse(std::optional<response> with);
    bool make_room(std::size_t size);

    boost::beast::flat_buffer& buffer_;
    const limits& bounds_;
    head_scan head_;
    chunk_check chunks_;
};

/// 503: what all bodies may hold is held.
response buffers_full();

}  // namespace familiar::http
