#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace familiar::test {

/// Runs one coroutine to its end on `context` and hands back what it returned or threw. Whatever else runs on the
/// context is run too, until the coroutine has ended and nothing is left to do.
template <class T>
T run_coroutine(boost::asio::io_context& context, boost::asio::awaitable<T> coroutine) {
    std::exception_ptr thrown;
    if constexpr (std::is_void_v<T>) {
        bool ended = false;
        boost::asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr e) {
            thrown = e;
            ended = true;
        });
        context.run();
        context.restart();
        if (thrown) std::rethrow_exception(thrown);
        if (!ended) throw std::logic_error("the coroutine never ended");
    } else {
        std::optional<T> value;
        boost::asio::co_spawn(
            context,
            [](boost::asio::awaitable<T> inner, std::optional<T>& out) -> boost::asio::awaitable<void> {
                out.emplace(co_await std::move(inner));
            }(std::move(coroutine), value),
            [&](std::exception_ptr e) { thrown = e; });
        context.run();
        context.restart();
        if (thrown) std::rethrow_exception(thrown);
        if (!value) throw std::logic_error("the coroutine never ended");
        return std::move(*value);
    }
}

/// The same on a context of its own.
template <class T>
T run_coroutine(boost::asio::awaitable<T> coroutine) {
    boost::asio::io_context context(1);
    return run_coroutine(context, std::move(coroutine));
}

}  // namespace familiar::test
