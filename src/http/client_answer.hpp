#pragma once

#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace familiar::http {

class link;

/// Reads one answer from a connection, which outlives it. What fails is told by its code; classify.hpp knows them.
class answer_reader {
public:
    enum class body { expected, none };  ///< none: the answer to HEAD or CONNECT

    /// Heads of up to 64 KiB (GitHub's are 5), bodies of up to `limit` bytes if there is one.
    answer_reader(link& from, body expected, std::optional<std::uint64_t> limit = {});
    ~answer_reader();

    /// Returns once something of the answer is there.
    boost::asio::awaitable<boost::system::error_code> await_first_byte();

    /// Reads to the end of the head; interim answers (1xx) are passed over.
    boost::asio::awaitable<boost::system::error_code> read_head();

    /// What the head says; for after read_head().
    response head() const;

    /// Hands on the body as it comes, decoded, in pieces of 16 KiB at most, to its end or until `on_piece` says false.
    boost::asio::awaitable<boost::system::error_code> read_body(const std::function<bool(std::string_view)>& on_piece);

    /// True if nothing came after the answer.
    bool took_all() const;

    /// True if the answer has been read whole and the connection is good for another request.
    bool leaves_connection_usable() const;

private:
    struct parts;
    boost::asio::awaitable<boost::system::error_code> advance();
    boost::asio::awaitable<boost::system::error_code> receive();

    std::unique_ptr<parts> parts_;
};

}  // namespace familiar::http
