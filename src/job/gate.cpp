#include "job/gate.hpp"

#include "observe/log.hpp"

namespace familiar::job {

gate::gate(const boost::asio::any_io_executor& executor, texts words, start how)
    : words_(words), open_(how == start::open), known_(open_), changed_(executor) {}

void gate::set(bool open, std::string_view why) {
    if (known_ && open == open_) return;
    known_ = true;
    open_ = open;
    if (open)
        observe::info(words_.opened, {{"gate", words_.name}});
    else
        observe::warning(words_.closed, {{"gate", words_.name}, {"reason", why}});
    for (const auto& observer : observers_) observer(open);
    changed_.notify();
}

void gate::on_change(std::function<void(bool)> observer) {
    observers_.push_back(std::move(observer));
}

boost::asio::awaitable<void> gate::wait_until_open() {
    while (!open_) co_await changed_.wait();
}

boost::asio::awaitable<void> gate::wait_until_closed() {
    while (open_) co_await changed_.wait();
}

}  // namespace familiar::job
