#include "http/client_lookup.hpp"

#include "async/timeout.hpp"
#include "http/classify.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <cstdint>
#include <memory>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

/// What a lookup and the one who waits for it share: either may be the first to go.
struct lookup {
    explicit lookup(const asio::any_io_executor& executor)
        : resolver(executor), ended(executor, asio::steady_timer::time_point::max()) {}

    tcp::resolver resolver;
    asio::steady_timer ended;  ///< never expires; cancelled at the end
    bool done = false;
    error_code failed{};
    std::vector<tcp::endpoint> found{};
};

std::uint16_t number_of(const std::string& port) {
    std::uint16_t number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    return number;
}

}  // namespace

asio::awaitable<core::result<std::vector<tcp::endpoint>>> look_up(std::string host, std::string port) {
    error_code is_name;
    const auto literal = asio::ip::make_address(host, is_name);
    if (!is_name) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(literal, number_of(port)));

    const auto looking = std::make_shared<lookup>(co_await asio::this_coro::executor);
    looking->resolver.async_resolve(host, port, [looking](const error_code& failed, const auto& results) {
        looking->done = true;
        looking->failed = failed;
        for (const auto& entry : results) looking->found.push_back(entry.endpoint());
        looking->ended.cancel();
    });
    error_code ignored;
    co_await looking->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!looking->done) async::detail::throw_aborted();
    if (looking->failed) co_return classify(host, looking->failed);
    co_return std::move(looking->found);
}

}  // namespace familiar::http
