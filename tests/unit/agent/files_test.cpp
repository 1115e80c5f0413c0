#include "agent/files.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace familiar;

BOOST_AUTO_TEST_SUITE(writing_a_job_file)

BOOST_AUTO_TEST_CASE(has_exactly_the_content_and_the_permissions) {
    const test::temporary_directory folder;
    const auto path = folder.path() / "secret";
    const auto old = ::umask(077);
    const auto written = agent::write_new_file(path, "value", 0444);
    ::umask(old);
    BOOST_REQUIRE(written.has_value());
    struct stat what{};
    BOOST_REQUIRE(::stat(path.c_str(), &what) == 0);
    BOOST_TEST((what.st_mode & 07777) == 0444U);
    std::ifstream file(path);
    BOOST_TEST(std::string(std::istreambuf_iterator<char>(file), {}) == "value");
}

BOOST_AUTO_TEST_CASE(never_overwrites_and_never_follows_a_link) {
    const test::temporary_directory folder;
    std::filesystem::create_symlink(folder.path() / "target", folder.path() / "link");
    BOOST_TEST(!agent::write_new_file(folder.path() / "link", "x", 0400).has_value());
    BOOST_TEST(!std::filesystem::exists(folder.path() / "target"));
    BOOST_REQUIRE(agent::write_new_file(folder.path() / "file", "x", 0400).has_value());
    BOOST_TEST(!agent::write_new_file(folder.path() / "file", "y", 0400).has_value());
}

BOOST_AUTO_TEST_CASE(a_folder_in_place_of_a_file_is_an_error_with_its_path) {
    const test::temporary_directory folder;
    std::ofstream(folder.path() / "file") << "x";
    const auto made = agent::make_folders(folder.path() / "file" / "below");
    BOOST_REQUIRE(!made.has_value());
    BOOST_TEST(made.error().message.find("below") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
