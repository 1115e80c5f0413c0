#include "child.hpp"
#include "desk.hpp"
#include "journal/reader.hpp"
#include "support/leftovers.hpp"

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <sys/prctl.h>

using namespace familiar;
namespace asio = boost::asio;

namespace {

/// Told to the parent only once the journal says that it is on disk, in one write: a whole line or none.
void tell(const std::string& id) {
    const auto line = id + "\n";
    if (::write(3, line.data(), line.size()) != ssize_t(line.size())) std::_Exit(1);
}

/// Each about a merge request of its own, so that none has many neighbours.
asio::awaitable<void> record_for_ever(journal::journal& book, std::int64_t& number) {
    for (;;) {
        const auto id = core::make_ulid();
        auto job = test::sample_job(test::sample_event(++number));
        auto what = test::sample_delivery(id);
        what.body.assign(3000, 'b');
        const auto done = co_await book.record(std::move(what), std::move(job), test::in_turn);
        if (done) tell(id);
    }
}

void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

std::vector<std::string> whole_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text.substr(0, text.rfind('\n') + 1));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// Read without the journal's help, as a stranger would.
std::set<std::string> deliveries_with_a_job(const std::filesystem::path& database) {
    SQLite::Database opened(database.string());
    SQLite::Statement rows(opened,
                           "select deliveries.id from deliveries join jobs on jobs.id = deliveries.job "
                           "where jobs.state = 'queued'");
    std::set<std::string> ids;
    while (rows.executeStep()) ids.insert(rows.getColumn(0).getString());
    return ids;
}

}  // namespace

/// What children of the tests below run; not run by themselves.
BOOST_AUTO_TEST_SUITE(children, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(records_until_killed) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto& arguments = boost::unit_test::framework::master_test_suite();
    asio::io_context context(1);
    const auto book = journal::journal::open({.path = arguments.argv[arguments.argc - 1]}).value();
    std::int64_t number = 0;
    for (int i = 0; i < 8; ++i) asio::co_spawn(context, record_for_ever(*book, number), rethrow);
    context.run();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(durability, test::desk)

BOOST_AUTO_TEST_CASE(what_was_promised_survives_kill_9_at_any_moment) {
    const test::no_leftovers nothing_left;
    std::mt19937 random(std::random_device{}());
    std::set<std::string> promised;
    for (int round = 0; round < 20; ++round) {
        test::child server("children/records_until_killed", path);
        const auto enough = std::uniform_int_distribution<std::size_t>(1, 20000)(random);
        std::string told;
        while (told.size() < enough) {
            const auto more = server.read();
            BOOST_REQUIRE(!more.empty());
            told += more;
        }
        server.kill();
        for (auto more = server.read(); !more.empty(); more = server.read()) told += more;
        const auto kept = deliveries_with_a_job(path);
        std::ranges::copy(whole_lines(told), std::inserter(promised, promised.end()));
        BOOST_REQUIRE(std::ranges::includes(kept, promised));
        BOOST_TEST(try_open().has_value());
    }
    BOOST_TEST(promised.size() >= 20u);
    open();
    BOOST_TEST(run(book->queue()).value().size() >= promised.size());
    BOOST_TEST(run(book->unfinished()).value().empty());
    for (const auto& id : promised)
        BOOST_REQUIRE(run(book->record(test::sample_delivery(id), test::sample_job())).value().duplicate);
    book.reset();
}

BOOST_AUTO_TEST_CASE(a_killed_server_leaves_no_lock_and_a_living_one_can_be_read_beside) {
    const test::no_leftovers nothing_left;
    test::child server("children/records_until_killed", path);
    const auto first = server.read().substr(0, 26);
    BOOST_TEST(try_open().error().message.find("process ") != std::string::npos);
    BOOST_TEST(journal::read_delivery(path, event::provider::github, first).value().has_value());
    server.kill();
    BOOST_TEST(try_open().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
