#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace familiar::test {

/// A server for one connection, which answers a request with exactly these bytes and closes.
class canned_answer {
public:
    explicit canned_answer(std::string bytes) : bytes_(std::move(bytes)), thread_([this] { serve(); }) {}
    ~canned_answer() { thread_.join(); }
    canned_answer(const canned_answer&) = delete;
    canned_answer& operator=(const canned_answer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/"; }

private:
    void serve() {
        auto socket = acceptor_.accept();
        std::string request;
        boost::system::error_code ignored;
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n", ignored);
        boost::asio::write(socket, boost::asio::buffer(bytes_), ignored);
    }

    std::string bytes_;
    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::acceptor acceptor_{
        context_, boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)};
    std::thread thread_;
};

}  // namespace familiar::test
