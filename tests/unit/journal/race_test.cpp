#include "desk.hpp"
#include "other_writer.hpp"

using namespace familiar;
using journal::job_state;
using test::other_writer;
namespace asio = boost::asio;

namespace {

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(races, test::desk)

BOOST_AUTO_TEST_CASE(of_a_launch_and_a_newer_update_at_once_one_wins) {
    open();
    for (int round = 0; round < 20; ++round) {
        const auto name = std::to_string(round);
        auto job = test::sample_job(test::sample_event(100 + round));
        const auto waiting = enqueue("old " + name, job);
        job.id = core::make_ulid();
        const auto newer = add("new " + name, job);

        const auto arrived = find(newer);
        core::result<journal::job_record> launched = core::fail(core::errc::invalid, "not asked");
        core::result<journal::placed> placed = core::fail(core::errc::invalid, "not asked");
        const auto launch = [](journal::journal& in, std::string id,
                               core::result<journal::job_record>& out) -> asio::awaitable<void> {
            out = co_await in.update(std::move(id), {.state = job_state::preparing});
        };
        const auto supersede = [](journal::journal& in, journal::job_record arrived,
                                  core::result<journal::placed>& out) -> asio::awaitable<void> {
            out = co_await in.place(std::move(arrived), {},
                                    [](const journal::job_record& incoming, const journal::neighbours& around) {
                                        auto decided = test::in_turn(incoming, around);
                                        for (const auto& old : around.waiting) decided.supersedes.push_back(old.id);
                                        return decided;
                                    });
        };
        other_writer busy(path);
        if (round % 2 == 0) asio::co_spawn(context, launch(*book, waiting, launched), rethrow);
        asio::co_spawn(context, supersede(*book, arrived, placed), rethrow);
        if (round % 2 != 0) asio::co_spawn(context, launch(*book, waiting, launched), rethrow);
        context.poll();
        busy.finish();
        context.run();
        context.restart();

        BOOST_REQUIRE(placed.has_value());
        BOOST_TEST(placed->superseded.empty() == launched.has_value());
        BOOST_TEST(launched.has_value() == (round % 2 == 0));
        if (!launched) BOOST_TEST((launched.error().code == core::errc::conflict));
        BOOST_TEST((find(waiting).state == (launched ? job_state::preparing : job_state::superseded)));
        BOOST_TEST((find(newer).state == job_state::queued));
    }
}

BOOST_AUTO_TEST_CASE(a_comment_that_joins_a_job_at_its_launch_is_in_it_or_waits) {
    open();
    for (const bool launch_first : {true, false}) {
        auto job = test::comment_job(1);
        job.subject.request.number = launch_first ? 101 : 102;
        const auto waiting = enqueue(job.id, job);
        job.id = core::make_ulid();
        job.meaning = "comment 2";
        job.subject.note->id = 2;
        const auto comment = add(job.id, job);

        auto arrived = find(comment);
        std::size_t launched_with = 99;
        const auto launch = [](journal::journal& in, std::string id, std::size_t& joined) -> asio::awaitable<void> {
            const auto started = co_await in.update(std::move(id), {.state = job_state::preparing});
            joined = started.value().joined.size();
        };
        const auto join = [](journal::journal& in, journal::job_record arrived) -> asio::awaitable<void> {
            const auto placed = co_await in.place(
                std::move(arrived), {}, [](const journal::job_record& incoming, const journal::neighbours& around) {
                    auto decided = test::in_turn(incoming, around);
                    if (!around.waiting.empty()) decided.joins = around.waiting.front().id;
                    return decided;
                });
            BOOST_TEST(placed.has_value());
        };
        other_writer busy(path);
        if (launch_first) asio::co_spawn(context, launch(*book, waiting, launched_with), rethrow);
        asio::co_spawn(context, join(*book, std::move(arrived)), rethrow);
        if (!launch_first) asio::co_spawn(context, launch(*book, waiting, launched_with), rethrow);
        context.poll();
        busy.finish();
        context.run();
        context.restart();

        BOOST_TEST(launched_with == (launch_first ? 0u : 1u));
        BOOST_TEST((find(comment).state == (launch_first ? job_state::queued : job_state::superseded)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
