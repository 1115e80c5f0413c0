#pragma once

#include "observe/redact.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

namespace familiar::app {

/// Takes a log piece by piece; false: no more of it.
using log_sink = std::function<boost::asio::awaitable<bool>(std::string piece)>;

/// An open log file of an ended agent, read on threads that may block. It can be read to its end even if retention
/// removes it meanwhile.
class kept_log {
public:
    /// None if there is no such file.
    static boost::asio::awaitable<std::shared_ptr<kept_log>> open(boost::asio::thread_pool& pool,
                                                                  std::filesystem::path file);

    /// Hands on what is left of it, without secrets. False if `take` said so. Throws std::ios_base::failure if it
    /// cannot be read.
    boost::asio::awaitable<bool> read(boost::asio::thread_pool& pool, log_sink take);

private:
    explicit kept_log(std::ifstream file) : file_(std::move(file)) {}

    std::ifstream file_;
    observe::redacting_stream redaction_{};
};

}  // namespace familiar::app
