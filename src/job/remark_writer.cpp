#include "job/remark_writer.hpp"

#include "job/remark_body.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Refusals are remembered so that a flood of comments costs no listing each. What is forgotten beyond that costs one.
constexpr std::size_t most_remembered = 10'000;

std::string key_of(const std::string& path, std::int64_t number, const remark_mark& mark) {
    return path + "#" + std::to_string(number) + " " + write_mark(mark);
}

std::string key_of(const remark_to_write& what) {
    return key_of(what.path, what.number, what.mark);
}

bool is_ours(const provider::identity& own, const event::remark& remark) {
    return remark.said.where == event::place::conversation && wrote(own, remark.author);
}

/// The comment that has this mark and is ours.
const event::remark* find_marked(const std::vector<event::remark>& all, const provider::identity& own,
                                 const remark_mark& mark) {
    const auto wanted = write_mark(mark);  // which makes logins in any case one
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const event::remark& remark) {
        const auto read = read_mark(remark.said.body);
        return read && write_mark(*read) == wanted && is_ours(own, remark);
    });
    return found == all.rend() ? nullptr : &*found;
}

/// The newest comment, if it is ours and about a job.
const event::remark* replaceable(const std::vector<event::remark>& all, const provider::identity& own) {
    if (all.empty() || !is_ours(own, all.back())) return nullptr;
    const auto mark = read_mark(all.back().said.body);
    return mark && mark->about == remark_mark::kind::job ? &all.back() : nullptr;
}

}  // namespace

asio::awaitable<core::result<std::string>> remark_writer::write(provider::forge& at, remark_to_write what) {
    const auto known = written_.find(key_of(what));
    if (known == written_.end()) co_return co_await look_and_write(at, std::move(what));
    auto old = known->second;
    if (what.mark.about == remark_mark::kind::refusal) co_return old.url;
    auto earlier = earlier_of(old.body);
    auto replaced = co_await replace(at, what, std::move(old), std::move(earlier));
    if (replaced || replaced.error().code != core::errc::not_found) co_return replaced;
    forget(what.path, what.number, what.mark);  // somebody deleted it
    co_return co_await look_and_write(at, std::move(what));
}

void remark_writer::forget(const std::string& path, std::int64_t number, const remark_mark& mark) {
    written_.erase(key_of(path, number, mark));
}

asio::awaitable<core::result<std::string>> remark_writer::look_and_write(provider::forge& at, remark_to_write what) {
    if (auto learnt = co_await learn_who_we_are(at); !learnt) co_return learnt.error();
    const auto all = co_await at.comments(what.path, what.number);
    if (!all) co_return all.error();
    if (const auto* own = find_marked(*all, *own_, what.mark)) {
        written old{own->said.id, own->said.url, own->said.body};
        if (what.mark.about == remark_mark::kind::job) {
            auto earlier = earlier_of(old.body);
            co_return co_await replace(at, std::move(what), std::move(old), std::move(earlier));
        }
        written_[key_of(what)] = old;
        co_return old.url;
    }
    const auto* const last = what.may_replace ? replaceable(*all, *own_) : nullptr;
    if (last == nullptr) co_return co_await post(at, std::move(what));
    written old{last->said.id, last->said.url, last->said.body};
    auto earlier = earlier_with(old.body);
    co_return co_await replace(at, std::move(what), std::move(old), std::move(earlier));
}

/// Asked once for each configuration: a new one may bring other credentials.
asio::awaitable<core::result<void>> remark_writer::learn_who_we_are(provider::forge& at) {
    auto settings = settings_.snapshot();
    if (own_ && own_by_ == settings) co_return core::result<void>();
    auto own = co_await at.identify();
    if (!own) co_return own.error();
    own_ = std::move(*own);
    own_by_ = std::move(settings);
    co_return core::result<void>();
}

asio::awaitable<core::result<std::string>> remark_writer::replace(provider::forge& at, remark_to_write what,
                                                                  written old, std::vector<std::string> earlier) {
    auto body = remark_body(what.mark, what.text, earlier);
    if (!same_body(body, old.body)) {
        const auto edited = co_await at.edit_comment(what.path, what.number, old.id, body);
        if (!edited) co_return edited.error();
        old.body = std::move(body);
    }
    co_return (written_[key_of(what)] = std::move(old)).url;
}

asio::awaitable<core::result<std::string>> remark_writer::post(provider::forge& at, remark_to_write what) {
    if (written_.size() >= most_remembered) written_.clear();
    auto body = remark_body(what.mark, what.text, {});
    const auto posted = co_await at.post_comment(what.path, what.number, body);
    if (!posted) co_return posted.error();
    co_return (written_[key_of(what)] = {posted->said.id, posted->said.url, std::move(body)}).url;
}

}  // namespace familiar::job
