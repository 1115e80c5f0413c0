#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace familiar::async {

/// Runs `function` on a thread of `pool` and resumes on the caller's executor with what it returned or threw. For what
/// blocks: deleting a tree, reading a big file. It is not interrupted by a cancellation, which is seen at the caller's
/// next await; the function may therefore refer to the caller's variables.
template <class Function>
boost::asio::awaitable<std::invoke_result_t<Function&>> run_blocking(boost::asio::thread_pool& pool,
                                                                     Function function) {
    namespace asio = boost::asio;
    using value_type = std::invoke_result_t<Function&>;
    using stored_type = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;
    std::optional<stored_type> value;
    std::exception_ptr thrown;

    const auto work = [&] {
        try {
            if constexpr (std::is_void_v<value_type>) {
                function();
                value.emplace();
            } else {
                value.emplace(function());
            }
        } catch (...) {
            thrown = std::current_exception();
        }
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&](auto handler) {
            auto home = asio::make_work_guard(asio::get_associated_executor(handler));
            asio::post(pool, [&work, home = std::move(home), handler = std::move(handler)]() mutable {
                work();
                asio::post(home.get_executor(), std::move(handler));
            });
        },
        asio::use_awaitable);

    if (thrown) std::rethrow_exception(thrown);
    if constexpr (!std::is_void_v<value_type>) co_return std::move(*value);
}

}  // namespace familiar::async
