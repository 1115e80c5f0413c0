#include "docker/log_file.hpp"

#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>

using namespace familiar;
using namespace familiar::test;

namespace {

struct fixture : no_leftovers {
    temporary_directory place;

    std::string written(std::uint64_t cut, std::uint64_t most, const std::vector<std::string>& pieces) const {
        docker::log_file log(place / "log", cut, most);
        for (const auto& piece : pieces) log.append(piece);
        log.publish();
        std::ifstream in(place / "log");
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_files, fixture)

BOOST_AUTO_TEST_CASE(without_a_cut_the_text_is_as_it_came) {
    BOOST_TEST(written(0, 100, {"one\n", "two", "\n"}) == "one\ntwo\n");
    BOOST_TEST(written(0, 100, {}) == "");
    BOOST_TEST(written(0, 5, {"123", "4567"}) == "12345");
}

BOOST_AUTO_TEST_CASE(a_cut_begins_with_a_whole_line_and_says_so) {
    const std::string expected = "[the first 8 bytes of this log were cut]\nthree\n";
    for (std::uint64_t cut = 5; cut <= 8; ++cut) {
        BOOST_TEST(written(cut, 100, {"one\ntwo\nthree\n"}) == expected);
        BOOST_TEST(written(cut, 100, {"on", "e\ntw", "o", "\n", "three\n"}) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_remark_is_a_line_of_its_own_and_has_room) {
    const auto text = [this](const std::string& piece) {
        docker::log_file log(place / "log", 0, 4);
        log.append(piece);
        log.remark("lines are missing");
        log.publish();
        std::ifstream in(place / "log");
        return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    BOOST_TEST(text("one\n") == "one\n[lines are missing]\n");
    BOOST_TEST(text("one") == "one\n[lines are missing]\n");
    BOOST_TEST(text("") == "[lines are missing]\n");
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_cut_inside) {
    const auto text = written(10, 1000, {std::string(400, 'a'), std::string(400, 'b'), std::string(400, 'c')});
    BOOST_TEST(text == "[the first 800 bytes of this log were cut]\n" + std::string(400, 'c'));
}

BOOST_AUTO_TEST_CASE(the_size_counts_what_was_not_written_too) {
    docker::log_file whole(place / "a", 0, 2);
    whole.append("12345");
    BOOST_TEST(whole.size() == 5u);
    docker::log_file cut(place / "b", 3, 100);
    cut.append("12");
    cut.append("345\n6");
    BOOST_TEST(cut.size() == 7u);
}

BOOST_AUTO_TEST_CASE(a_file_appears_only_when_it_is_whole) {
    {
        docker::log_file log(place / "log", 0, 100);
        log.append("text");
        BOOST_TEST(!std::filesystem::exists(place / "log"));
    }
    BOOST_TEST(std::filesystem::is_empty(place.path()));
}

BOOST_AUTO_TEST_CASE(others_cannot_read_it) {
    written(0, 100, {"text"});
    struct stat facts{};
    BOOST_REQUIRE(::stat((place / "log").c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0007) == 0u);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_an_error) {
    BOOST_CHECK_THROW(docker::log_file(place / "absent" / "log", 0, 1), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_link_in_its_place_is_not_followed) {
    std::filesystem::create_symlink(place / "elsewhere", place / "log.part");
    BOOST_CHECK_THROW(docker::log_file(place / "log", 0, 1), std::system_error);
    BOOST_TEST(!std::filesystem::exists(place / "elsewhere"));
}

BOOST_AUTO_TEST_SUITE_END()
