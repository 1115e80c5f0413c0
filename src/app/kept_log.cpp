#include "app/kept_log.hpp"

#include "async/blocking.hpp"

#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

/// The next piece that may be shown; empty at the end. A log that was kept by an earlier process may hold what has
/// become a secret since.
std::string read_piece(std::ifstream& file, observe::redacting_stream& redaction) {
    std::string read(piece_size, '\0');
    for (;;) {
        file.read(read.data(), static_cast<std::streamsize>(read.size()));
        if (file.bad()) throw std::ios_base::failure("a kept log cannot be read");
        const auto size = static_cast<std::size_t>(file.gcount());
        if (size == 0) return redaction.finish();
        if (auto piece = redaction.feed(std::string_view(read).substr(0, size)); !piece.empty()) return piece;
    }
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
        auto piece = co_await async::run_blocking(pool, [this] { return read_piece(file_, redaction_); });
        if (piece.empty()) co_return true;
        const bool wanted = co_await take(std::move(piece));
        if (!wanted) co_return false;
    }
}

}  // namespace familiar::app
