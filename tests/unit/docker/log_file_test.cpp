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

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_to_lose_is_cut_inside) {
    const std::string as(400, 'a'), bs(400, 'b'), cs(400, 'c');
    const auto kept = "[the first 200 bytes of this log were cut]\n" + as.substr(200) + bs + cs;
    BOOST_TEST(written(200, 1000, {as, bs, cs}) == kept);
    BOOST_TEST(written(200, 1000, {as + bs + cs}) == kept);
    BOOST_TEST(written(201, 1000, {as, bs, cs + "\n"}) ==
               "[the first 201 bytes of this log were cut]\n" + as.substr(201) + bs + cs + "\n");
    // Half of all that is kept may be the rest of a line.
    BOOST_TEST(written(200, 1000, {as, "\n", bs, cs}) == "[the first 401 bytes of this log were cut]\n" + bs + cs);
    BOOST_TEST(written(10, 1000, {as.substr(0, 20)}) ==
               "[the first 10 bytes of this log were cut]\n" + as.substr(0, 10));
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

BOOST_AUTO_TEST_CASE(what_an_agent_prints_is_kept_byte_by_byte) {
    const std::string text("\x1b[31mred\x1b[0m\0nul\r\xff\n", 20);
    BOOST_TEST(written(0, 100, {text}) == text);
}

BOOST_AUTO_TEST_CASE(no_secret_is_kept_wherever_the_pieces_end) {
    observe::redact(core::secret("kept-secret-value"));
    const std::string text = "a kept-secret-value b\nkept-secret-val";
    for (std::size_t size = 1; size < text.size(); ++size) {
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
        BOOST_TEST(written(0, 100, pieces) == "a *** b\nkept-secret-val");
    }
}

BOOST_AUTO_TEST_CASE(a_bound_is_one_of_what_is_kept_and_no_cut_shows_half_a_secret) {
    observe::redact(core::secret("kept-secret-value"));
    const std::string text = "first\nkept-secret-value kept-secret-value kept-secret-value\nlast\n";
    const std::string shown = "first\n*** *** ***\nlast\n";
    // As save_logs() does it: once whole, and if that is too long, once more without its beginning.
    for (std::uint64_t most = 0; most <= shown.size() + 1; ++most) {
        docker::log_file whole(place / "log", 0, most);
        whole.append(text);
        whole.finish();
        BOOST_TEST(whole.size() == shown.size());
        const auto kept = whole.size() <= most
                              ? written(0, most, {text})
                              : written(whole.size() - most, most, {text.substr(0, 30), text.substr(30)});
        BOOST_TEST_INFO(most);
        BOOST_TEST(kept.find("secret") == std::string::npos);
        if (most >= shown.size())
            BOOST_TEST(kept == shown);
        else
            BOOST_TEST(shown.ends_with(kept.substr(std::min(kept.size(), kept.find('\n') + 1))));
    }
}

BOOST_AUTO_TEST_CASE(a_log_of_exactly_the_bound_is_whole) {
    BOOST_TEST(written(0, 8, {"one\n", "two\n"}) == "one\ntwo\n");
    docker::log_file log(place / "log", 0, 8);
    log.append("one\ntwo\n");
    log.finish();
    BOOST_TEST(log.size() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()
