#include "async/both.hpp"

#include "async/timeout.hpp"

namespace familiar::async {

namespace asio = boost::asio;

asio::awaitable<core::result<void>> both(asio::awaitable<core::result<void>> one,
                                         asio::awaitable<core::result<void>> other) {
    const auto executor = co_await asio::this_coro::executor;
    std::optional<core::result<void>> one_out;
    std::optional<core::result<void>> other_out;
    // Asked at each end whether the rest is cancelled.
    const auto once_one_failed = [&](const std::exception_ptr& thrown) {
        const bool failed = thrown || (one_out && !*one_out) || (other_out && !*other_out);
        return failed ? asio::cancellation_type::terminal : asio::cancellation_type::none;
    };
    auto [order, one_thrown, other_thrown] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(executor, detail::root(std::move(one), one_out), asio::deferred),
            asio::co_spawn(executor, detail::root(std::move(other), other_out), asio::deferred))
            .async_wait(once_one_failed, asio::use_awaitable);

    const auto state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    if (cancelled && (one_thrown || other_thrown)) detail::throw_aborted();
    for (const auto which : order) {
        const auto& thrown = which == 0 ? one_thrown : other_thrown;
        if (thrown) std::rethrow_exception(thrown);
        auto& out = which == 0 ? one_out : other_out;
        if (!*out) co_return std::move(*out);
    }
    co_return core::result<void>{};
}

}  // namespace familiar::async
