#include "journal/reader.hpp"

#include "desk.hpp"

#include <SQLiteCpp/Database.h>

using namespace familiar;
using core::errc;
using journal::read_delivery;

BOOST_FIXTURE_TEST_SUITE(reading_a_delivery, test::desk)

BOOST_AUTO_TEST_CASE(it_is_read_while_a_server_has_the_database) {
    open();
    auto given = test::sample_delivery("d-1");
    given.body = std::string("\0\xff\0", 3);
    BOOST_TEST(run(book->record(given, std::nullopt)).has_value());

    const auto kept = read_delivery(path, event::provider::github, "d-1").value().value();
    BOOST_TEST((kept.body == given.body));
    BOOST_TEST((kept.received == given.received));
    BOOST_TEST(read_delivery(path, std::nullopt, "d-1").value().has_value());
    BOOST_TEST(!read_delivery(path, std::nullopt, "d-2").value().has_value());
    BOOST_TEST(!read_delivery(path, event::provider::gitlab, "d-1").value().has_value());
}

BOOST_AUTO_TEST_CASE(it_is_read_after_the_server_has_ended) {
    open();
    add("d-1");
    book.reset();
    BOOST_TEST(read_delivery(path, std::nullopt, "d-1").value().has_value());
    BOOST_TEST(try_open().has_value());
}

BOOST_AUTO_TEST_CASE(an_id_that_both_forges_have_needs_the_forge) {
    open();
    auto given = test::sample_delivery("d-1");
    BOOST_TEST(run(book->record(given, std::nullopt)).has_value());
    given.forge = event::provider::gitlab;
    BOOST_TEST(run(book->record(given, std::nullopt)).has_value());
    BOOST_TEST((read_delivery(path, std::nullopt, "d-1").error().code == errc::conflict));
    BOOST_TEST((read_delivery(path, event::provider::gitlab, "d-1").value()->forge == event::provider::gitlab));
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_not_made) {
    BOOST_TEST((read_delivery(path, std::nullopt, "d-1").error().code == errc::not_found));
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(what_is_no_database_of_this_version_says_so) {
    std::ofstream(path) << std::string(5000, 'x');
    BOOST_TEST((read_delivery(path, std::nullopt, "d-1").error().code == errc::storage_failed));
    std::ofstream(path).close();
    BOOST_TEST((read_delivery(path, std::nullopt, "d-1").error().code == errc::conflict));
    BOOST_TEST((read_delivery(folder.path(), std::nullopt, "d-1").error().code == errc::storage_failed));

    open();
    book.reset();
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("pragma user_version = 99");
    BOOST_TEST((read_delivery(path, std::nullopt, "d-1").error().code == errc::newer_schema));
}

BOOST_AUTO_TEST_SUITE_END()
