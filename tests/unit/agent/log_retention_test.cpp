#include "agent/log_retention.hpp"

#include "agent/assignment.hpp"
#include "core/ulid.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* job = "01arz3ndektsv4rrffq69g5fav";

/// A folder of logs, kept for ten days.
struct shelf {
    shelf() {
        logging.dir = folder / "logs";
        logging.retention_days = 10;
    }

    /// What one of these is called; each time another job.
    static std::string name(const std::string& ending = ".log") {
        return "20260131T120000Z-mr_opened-" + core::make_ulid() + ending;
    }

    fs::path put(const fs::path& path, std::chrono::hours age) {
        const auto file = logging.dir / path;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "text\n";
        set_back(file, age);
        return file;
    }

    static void set_back(const fs::path& path, std::chrono::hours age) {
        fs::last_write_time(path, fs::file_time_type::clock::now() - age);
    }

    /// All folders look as if nothing had changed in them for long.
    void let_folders_rest() {
        for (const auto& entry : fs::recursive_directory_iterator(logging.dir))
            if (entry.is_directory()) set_back(entry.path(), 48h);
    }

    /// Expects no failure; how many went.
    std::size_t removed() {
        const auto done = agent::remove_old_logs(logging, core::now());
        BOOST_REQUIRE_MESSAGE(done.has_value(), core::describe(done.error()));
        return *done;
    }

    temporary_directory folder;
    config::logging_settings logging;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_retention)

BOOST_AUTO_TEST_CASE(knows_the_names_of_logs_and_of_nothing_else) {
    using agent::log_name;
    const std::string stamp = "20260131T120000Z";
    const std::vector<std::pair<std::string, log_name>> table{
        {stamp + "-mr_opened-" + job + ".log", log_name::log},
        {stamp + "-mention-" + job + ".log", log_name::log},
        {stamp + "-mention-" + job + ".log.part", log_name::unfinished},
        {stamp + "-mention-" + job + ".log.part.part", log_name::foreign},
        {stamp + "-mention-" + job + ".log.gz", log_name::foreign},
        {stamp + "-mention-" + job, log_name::foreign},
        {stamp + "-mention-01ARZ3NDEKTSV4RRFFQ69G5FAV.log", log_name::foreign},
        {stamp + "-mention-" + std::string(job).substr(1) + ".log", log_name::foreign},
        {stamp + "--" + job + ".log", log_name::foreign},
        {stamp + "-" + job + ".log", log_name::foreign},
        {stamp + "-Mention-" + job + ".log", log_name::foreign},
        {stamp + "_mention-" + job + ".log", log_name::foreign},
        {stamp + "-mention_" + job + ".log", log_name::foreign},
        {"2026-01-31T120000Z-mention-" + std::string(job) + ".log", log_name::foreign},
        {"20260131T12000xZ-mention-" + std::string(job) + ".log", log_name::foreign},
        {"x-" + stamp + "-mention-" + job + ".log", log_name::foreign},
        {"server.log", log_name::foreign},
        {".log", log_name::foreign},
        {"", log_name::foreign},
    };
    for (const auto& [name, meaning] : table) BOOST_TEST_CONTEXT(name) {
            BOOST_TEST((agent::read_log_name(name) == meaning));
        }
}

BOOST_AUTO_TEST_CASE(knows_the_logs_of_all_kinds_of_jobs) {
    agent::assignment what;
    what.job = job;
    what.created = core::now();
    what.subject.repo.path = "group/sub/app";
    what.subject.request.number = 7;
    for (const auto kind :
         {event::kind::mr_opened, event::kind::mr_updated, event::kind::mr_comment, event::kind::mention}) {
        what.kind = kind;
        const auto path = agent::log_path({}, what);
        BOOST_TEST((agent::read_log_name(path.filename().native()) == agent::log_name::log), path);
    }
}

BOOST_AUTO_TEST_CASE(deletes_old_logs_with_their_empty_folders_and_keeps_young_ones) {
    shelf s;
    const auto young = s.put("github/team/app/7/" + s.name(), 9 * 24h);
    const auto old = s.put("github/team/app/7/" + s.name(), 11 * 24h);
    s.put("github/team/app/8/" + s.name(), 11 * 24h);
    s.put("gitlab/group/sub/app/9/" + s.name(), 400 * 24h);
    s.let_folders_rest();
    BOOST_TEST(s.removed() == 3u);
    BOOST_TEST(fs::exists(young));
    BOOST_TEST(!fs::exists(old));
    BOOST_TEST(!fs::exists(s.logging.dir / "github/team/app/8"));
    BOOST_TEST(!fs::exists(s.logging.dir / "gitlab"));
    BOOST_TEST(s.removed() == 0u);
}

BOOST_AUTO_TEST_CASE(leaves_the_folder_of_all_logs_behind) {
    shelf s;
    s.put("github/team/app/7/" + s.name(), 11 * 24h);
    s.let_folders_rest();
    shelf::set_back(s.logging.dir, 48h);
    BOOST_TEST(s.removed() == 1u);
    BOOST_TEST(fs::is_empty(s.logging.dir));
}

BOOST_AUTO_TEST_CASE(leaves_an_empty_folder_alone_into_which_a_log_may_be_about_to_come) {
    shelf s;
    fs::create_directories(s.logging.dir / "github/team/app/7");
    BOOST_TEST(s.removed() == 0u);
    BOOST_TEST(fs::exists(s.logging.dir / "github/team/app/7"));
    s.let_folders_rest();
    BOOST_TEST(s.removed() == 0u);
    BOOST_TEST(!fs::exists(s.logging.dir / "github"));
}

BOOST_AUTO_TEST_CASE(deletes_what_a_killed_server_did_not_finish_after_a_day) {
    shelf s;
    const auto old = s.put("github/team/app/7/" + s.name(".log.part"), 25h);
    const auto young = s.put("github/team/app/7/" + s.name(".log.part"), 23h);
    BOOST_TEST(s.removed() == 1u);
    BOOST_TEST(!fs::exists(old));
    BOOST_TEST(fs::exists(young));
}

BOOST_AUTO_TEST_CASE(keeps_logs_for_ever_with_a_retention_of_zero) {
    shelf s;
    s.logging.retention_days = 0;
    const auto old = s.put("github/team/app/7/" + s.name(), 4000 * 24h);
    const auto unfinished = s.put("github/team/app/7/" + s.name(".log.part"), 25h);
    BOOST_TEST(s.removed() == 1u);
    BOOST_TEST(fs::exists(old));
    BOOST_TEST(!fs::exists(unfinished));
}

BOOST_AUTO_TEST_CASE(touches_nothing_but_regular_files_of_ours) {
    shelf s;
    const std::vector<fs::path> others{
        s.put(shelf::name(), 99 * 24h),
        s.put("nginx/" + shelf::name(), 99 * 24h),
        s.put("github/team/app/7/notes.txt", 99 * 24h),
        s.put("github/team/app/7/" + shelf::name(".log.gz"), 99 * 24h),
    };
    fs::create_directories(s.logging.dir / "journal/empty");
    const auto named_like_a_log = s.logging.dir / ("github/team/app/7/" + shelf::name());
    fs::create_directories(named_like_a_log);
    std::ofstream(named_like_a_log / "kept") << "text\n";
    s.let_folders_rest();
    BOOST_TEST(s.removed() == 0u);
    for (const auto& file : others) BOOST_TEST(fs::exists(file), file);
    BOOST_TEST(fs::exists(s.logging.dir / "journal/empty"));
    BOOST_TEST(fs::exists(named_like_a_log / "kept"));
}

BOOST_AUTO_TEST_CASE(follows_no_link) {
    shelf s;
    const auto outside = s.folder / "outside";
    fs::create_directories(outside);
    const auto target = outside / shelf::name();
    std::ofstream(target) << "text\n";
    shelf::set_back(target, 99 * 24h);
    shelf::set_back(outside, 99 * 24h);
    s.put("github/team/app/7/" + shelf::name(), 1h);
    const auto folder_link = s.logging.dir / "github/team/elsewhere";
    const auto file_link = s.logging.dir / ("github/team/app/7/" + shelf::name());
    fs::create_directory_symlink(outside, folder_link);
    fs::create_symlink(target, file_link);
    fs::create_directory_symlink(outside, s.logging.dir / "gitlab");
    BOOST_TEST(s.removed() == 0u);
    for (const auto& kept : {target, folder_link, file_link}) BOOST_TEST(fs::exists(kept), kept);
}

BOOST_AUTO_TEST_CASE(finds_logs_where_the_folder_of_all_logs_is_a_link) {
    shelf s;
    const auto old = s.put("github/team/app/7/" + shelf::name(), 11 * 24h);
    fs::create_directory_symlink(s.logging.dir, s.folder / "link");
    s.logging.dir = s.folder / "link";
    BOOST_TEST(s.removed() == 1u);
    BOOST_TEST(!fs::exists(old));
}

BOOST_AUTO_TEST_CASE(has_nothing_to_do_without_a_folder) {
    shelf s;
    BOOST_TEST(s.removed() == 0u);
}

BOOST_AUTO_TEST_CASE(goes_on_after_what_cannot_be_deleted_and_names_it) {
    shelf s;
    const auto near = s.put("github/team/app/7/" + shelf::name(), 11 * 24h);
    const auto next = s.put("gitlab/team/app/7/" + shelf::name(), 11 * 24h);
    // Folders below folders until no path leads there any more: that stops root, too.
    const auto deep = (s.logging.dir / "github/deep").string();
    const auto name = std::string(250, 'x');
    BOOST_REQUIRE(std::system(("mkdir '" + deep + "' && cd '" + deep + "' && for i in $(seq 1 18); do mkdir " + name +
                               " && cd -P " + name + " || exit 1; done")
                                  .c_str()) == 0);
    const auto done = agent::remove_old_logs(s.logging, core::now());
    BOOST_TEST(std::system(("rm -rf '" + deep + "'").c_str()) == 0);
    BOOST_REQUIRE(done.has_error());
    BOOST_TEST((done.error().code == core::errc::storage_failed));
    BOOST_TEST(done.error().message.find("github/deep/xxx") != std::string::npos, done.error().message);
    BOOST_TEST(!fs::exists(near));
    BOOST_TEST(!fs::exists(next));
}

BOOST_AUTO_TEST_SUITE_END()
