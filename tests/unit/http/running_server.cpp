#include "running_server.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <future>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace familiar::test {

namespace {

asio::awaitable<http::response> until_released(handler_state& state) {
    ++state.running;
    try {
        while (!state.release) co_await async::sleep_for(2ms);
    } catch (const boost::system::system_error&) {
        ++state.cancelled;
        --state.running;
        throw;
    }
    --state.running;
    co_return http::text(200, "released");
}

asio::awaitable<http::response> echo(http::request asked) {
    auto answer = http::text(200, std::move(asked.body));
    answer.headers.emplace_back("X-Method", asked.method);
    answer.headers.emplace_back("X-Query", asked.query);
    co_return answer;
}

asio::awaitable<http::response> show_headers(http::request asked) {
    std::string all;
    for (const auto& [name, value] : asked.headers) all += name + "=" + value + "\n";
    co_return http::text(200, asked.remote + "\n" + all);
}

asio::awaitable<http::response> throw_later() {
    co_await async::sleep_for(1ms);
    throw std::runtime_error("the database password is hunter2");
}

asio::awaitable<http::response> abort_by_itself() {
    co_await async::sleep_for(1ms);
    throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<http::response> give(http::response answer) {
    co_return answer;
}

}  // namespace

http::router test_routes(handler_state& state) {
    http::router routes;
    routes.add("GET", "/hello", [](http::request) { return give(http::text(200, "hello")); });
    routes.add("POST", "/echo", echo);
    routes.add("POST", "/json", echo, "json", http::body_type::json);
    routes.add("GET", "/items/{id}", [](http::request asked) { return give(http::text(200, asked.id)); }, "item");
    routes.add("GET", "/headers", show_headers);
    routes.add("GET", "/slow", [&state](http::request) { return until_released(state); });
    routes.add("POST", "/hold", [&state](http::request) { return until_released(state); });
    routes.add("GET", "/throw", [](http::request) { return throw_later(); });
    routes.add("GET", "/throw-now",
               [](http::request) -> asio::awaitable<http::response> { throw std::logic_error("at once"); });
    routes.add("GET", "/abort", [](http::request) { return abort_by_itself(); });
    routes.add("GET", "/large", [](http::request) { return give(http::text(200, std::string(64 << 20, 'x'))); });
    add_streams(routes, state);
    return routes;
}

running_server::running_server(http::limits limits)
    : server_(context_.get_executor(), test_routes(state), limits,
              [this](const http::request_end& end) {
                  const std::lock_guard lock(mutex_);
                  seen_.push_back({std::string(end.route), end.status});
              }),
      tasks_(context_.get_executor(), [](std::exception_ptr) { BOOST_ERROR("run() threw"); }),
      port_(server_.listen("127.0.0.1", 0).value()) {
    tasks_.spawn(server_.run());
    thread_ = std::thread([this] { context_.run(); });
}

running_server::~running_server() {
    state.release = true;
    if (!closed_) close(10s);
    work_.reset();
    thread_.join();
    BOOST_TEST(server_.connections() == 0);
    BOOST_TEST(tasks_.empty());
}

void running_server::close(std::chrono::milliseconds bound) {
    start_closing(bound).get();
}

std::future<void> running_server::start_closing(std::chrono::milliseconds bound) {
    closed_ = true;
    return asio::co_spawn(context_, server_.close(bound), asio::use_future);
}

void running_server::set_draining() {
    wait_for([this] {
        server_.set_draining();
        return true;
    });
}

std::size_t running_server::connections() {
    std::size_t count = 0;
    wait_for([&] {
        count = server_.connections();
        return true;
    });
    return count;
}

void running_server::wait_for(std::function<bool()> condition) {
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    for (;;) {
        std::promise<bool> answer;
        asio::post(context_, [&] { answer.set_value(condition()); });
        if (answer.get_future().get()) return;
        if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("waited in vain");
        std::this_thread::sleep_for(2ms);
    }
}

std::vector<running_server::seen_request> running_server::seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
}

}  // namespace familiar::test
