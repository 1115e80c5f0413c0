#include "job/engine_gate.hpp"

#include "observe/log.hpp"

namespace familiar::job {

engine_gate::engine_gate(const boost::asio::any_io_executor& executor) : changed_(executor) {}

void engine_gate::set(bool open, std::string_view why) {
    if (known_ && open == open_) return;
    known_ = true;
    open_ = open;
    if (open)
        observe::info("the Docker engine answers");
    else
        observe::warning("the Docker engine does not answer; jobs wait until it does", {{"reason", why}});
    for (const auto& observer : observers_) observer(open);
    changed_.notify();
}

void engine_gate::on_change(std::function<void(bool)> observer) {
    observers_.push_back(std::move(observer));
}

boost::asio::awaitable<void> engine_gate::wait_until_open() {
    while (!open_) co_await changed_.wait();
}

}  // namespace familiar::job
