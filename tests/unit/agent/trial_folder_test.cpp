#include "agent/trial_folder.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>

using namespace familiar;
using namespace familiar::agent;
using namespace familiar::test;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(trial_folders, temporary_directory)

BOOST_AUTO_TEST_CASE(it_goes_with_what_was_made_for_it) {
    {
        const auto trial = trial_folder::make(path() / "a/b");
        BOOST_REQUIRE(trial);
        BOOST_TEST((trial->path().parent_path() == path() / "a/b"));
        BOOST_TEST((fs::status(trial->path()).permissions() == fs::perms::owner_all));
        std::ofstream(trial->path() / "file") << "text";
    }
    BOOST_TEST(fs::is_empty(path()));
}

BOOST_AUTO_TEST_CASE(folders_that_were_there_stay) {
    fs::create_directory(path() / "a");
    {
        BOOST_REQUIRE(trial_folder::make(path() / "a/b"));
    }
    BOOST_TEST(fs::is_empty(path() / "a"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_somebody_has_begun_to_use_stays) {
    {
        const auto trial = trial_folder::make(path() / "a/b");
        BOOST_REQUIRE(trial);
        std::ofstream(path() / "a/theirs") << "text";
    }
    BOOST_TEST(fs::exists(path() / "a/theirs"));
    BOOST_TEST(!fs::exists(path() / "a/b"));
}

BOOST_AUTO_TEST_CASE(where_none_can_be_made_nothing_is_left) {
    std::ofstream(path() / "file") << "text";
    const auto trial = trial_folder::make(path() / "file/b");
    BOOST_REQUIRE(!trial);
    BOOST_TEST((trial.error().code == core::errc::storage_failed));
    BOOST_TEST(trial.error().message.find((path() / "file").string()) != std::string::npos, trial.error().message);
    BOOST_TEST(!trial_folder::make("/proc/familiar/a"));
}

BOOST_AUTO_TEST_SUITE_END()
