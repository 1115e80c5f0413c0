#pragma once

#include <chrono>
#include <cstddef>

namespace familiar::http {

/// What a client can make the server wait for and hold. The figures are the contract's; those of `server:` in the
/// configuration replace them.
struct limits {
    std::chrono::milliseconds header_timeout{5000};   ///< from a request's first byte to the end of its header; on a
                                                      ///< new connection from its start
    std::chrono::milliseconds request_timeout{9000};  ///< from a request's first byte to its answer (of a streamed
                                                      ///< one, to its head); GitHub waits 10 s
    std::chrono::milliseconds idle_timeout{30000};    ///< between requests, and for a client that does not read, be its
                                                      ///< answer streamed or not
    /// At one time; then the one that has been without a whole request for longest gives way to a newcomer, who is told
    /// 503 if there is none.
    std::size_t max_connections = 1024;
    /// In which whoever means it has sent a header: until then it gives way only where no older body is awaited.
    std::chrono::milliseconds newcomer_grace{1000};
    /// Bytes of request line and header, and of what a connection reads ahead; above it 431.
    std::size_t max_header = std::size_t{16} * 1024;
    std::size_t max_fields = 100;                               ///< header lines, and trailers; above it 431
    std::size_t max_body = std::size_t{25} * 1024 * 1024;       ///< GitHub's own limit of a payload
    std::size_t max_buffered = std::size_t{128} * 1024 * 1024;  ///< bytes of bodies that wait for an answer, all
                                                                ///< requests together; above it 503
};

}  // namespace familiar::http
