#include "agent/report.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <sys/stat.h>

using namespace familiar;

namespace {

struct out_folder {
    void write(const std::string& text) const { std::ofstream(folder.path() / "result.json") << text; }

    test::temporary_directory folder;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reading_a_report, out_folder)

BOOST_AUTO_TEST_CASE(no_file_is_no_report) {
    const auto said = agent::read_report(folder.path());
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(!said->has_value());
}

BOOST_AUTO_TEST_CASE(a_report_is_read) {
    write(R"({"outcome":"succeeded","summary":"done"})");
    const auto said = agent::read_report(folder.path());
    BOOST_REQUIRE(said.has_value());
    BOOST_REQUIRE(said->has_value());
    BOOST_TEST((*said)->summary == "done");
}

BOOST_AUTO_TEST_CASE(a_link_is_not_followed) {
    std::ofstream(folder.path() / "elsewhere") << R"({"summary":"secret"})";
    std::filesystem::create_symlink(folder.path() / "elsewhere", folder.path() / "result.json");
    const auto said = agent::read_report(folder.path());
    BOOST_REQUIRE(!said.has_value());
    BOOST_TEST(said.error().message == "result.json is a symbolic link");
}

BOOST_AUTO_TEST_CASE(a_fifo_nobody_writes_to_is_not_waited_for) {
    BOOST_REQUIRE(::mkfifo((folder.path() / "result.json").c_str(), 0600) == 0);
    const auto said = agent::read_report(folder.path());
    BOOST_REQUIRE(!said.has_value());
    BOOST_TEST(said.error().message == "result.json is not a regular file");
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_report) {
    std::filesystem::create_directory(folder.path() / "result.json");
    BOOST_TEST(!agent::read_report(folder.path()).has_value());
}

BOOST_AUTO_TEST_CASE(more_than_a_mebibyte_is_refused) {
    write("{\"summary\":\"" + std::string((1 << 20) + 1, 'x') + "\"}");
    const auto said = agent::read_report(folder.path());
    BOOST_REQUIRE(!said.has_value());
    BOOST_TEST(bool(said.error().code == core::errc::too_large));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_an_error) {
    BOOST_TEST(!agent::read_report(folder.path() / "gone").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
