#include "app/kept_log.hpp"

#include "async/blocking.hpp"

#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

std::string read_piece(std::ifstream& file) {
    std::string piece(piece_size, '\0');
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (file.bad()) throw std::ios_base::failure("a kept log cannot be read");
    piece.resize(static_cast<std::size_t>(file.gcount()));
    return piece;
}

}  // namespace

asio::awaitable<std::shared_ptr<kept_log>> kept_log::open(asio::thread_pool& pool, std::filesystem::path file) {
    if (file.empty()) co_return nullptr;
    auto opened = co_await async::run_blocking(pool, [&] {
        std::error_code failed;
        return std::filesystem::is_regular_file(file, failed) ? std::ifstream(file, std::ios::binary) : std::ifstream();
    });
    if (!opened.is_open()) co_return nullptr;
    co_return std::shared_ptr<kept_log>(new kept_log(std::move(opened)));
}

asio::awaitable<bool> kept_log::read(asio::thread_pool& pool, log_sink take) {
    for (;;) {
        auto piece = co_await async::run_blocking(pool, [this] { return read_piece(file_); });
        if (piece.empty()) co_return true;
        const bool wanted = co_await take(std::move(piece));
        if (!wanted) co_return false;
    }
}

}  // namespace familiar::app
