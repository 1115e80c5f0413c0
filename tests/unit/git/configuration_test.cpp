// A repository's own .familiar/config.yaml, and the head that was approved.
#include "unit/git/change.hpp"

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

namespace {

constexpr auto file = ".familiar/config.yaml";

/// A reader that keeps what it is told.
struct reader {
    int calls = 0;
    std::string text = "not called";
    std::string branch{};

    git::configuration_reader listen() {
        return [this](const std::string& said, const std::string& of, git::workspace_request&) -> core::result<void> {
            ++calls;
            text = said;
            branch = of;
            return {};
        };
    }
};

core::result<git::workspace> prepare(change& w, git::workspace_request what, git::configuration_reader reader) {
    return run_coroutine(w.context, w.cache.prepare(std::move(what), std::move(reader)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(own_configuration)

BOOST_AUTO_TEST_CASE(the_tip_of_the_target_branch_is_read) {
    change w({{file, "old\n"}}, {{file, "new\n"}}, {{file, "evil\n"}});
    reader said;
    BOOST_REQUIRE(prepare(w, w.request(), said.listen()));
    BOOST_TEST(said.calls == 1);
    BOOST_TEST(said.text == "new\n");
    BOOST_TEST(said.branch == "main");

    w.forge.commit(change::path, "refs/heads/release", {{file, "released\n"}}, "refs/heads/main");
    auto request = w.request("job2");
    request.target_branch = "release";
    BOOST_REQUIRE(prepare(w, request, said.listen()));
    BOOST_TEST(said.text == "released\n");
    BOOST_TEST(said.branch == "release");
}

BOOST_AUTO_TEST_CASE(without_a_target_branch_it_is_the_default_ones) {
    change w({{file, "main's\n"}}, {}, {{"x", "x"}});
    auto request = w.request();
    request.target_branch.clear();
    reader said;
    const auto made = prepare(w, request, said.listen());
    BOOST_REQUIRE(made);
    BOOST_TEST(said.text == "main's\n");
    BOOST_TEST(said.branch == "main");
    BOOST_TEST(made->target_branch == "main");
}

BOOST_AUTO_TEST_CASE(none_is_an_empty_one) {
    for (const auto& common : {git_forge::files{{"x", "x"}}, git_forge::files{{".familiar/other.yaml", "x"}}}) {
        change w(common, {}, {{file, "evil\n"}});
        reader said;
        BOOST_REQUIRE(prepare(w, w.request(), said.listen()));
        BOOST_TEST(said.calls == 1);
        BOOST_TEST(said.text == "");
    }
}

BOOST_AUTO_TEST_CASE(it_may_take_the_push_away) {
    change w({{file, "x\n"}}, {}, {{"x", "x"}});
    const auto made = prepare(w, w.request(), [](const auto&, const auto&, git::workspace_request& what) {
        what.may_push = false;
        return core::result<void>{};
    });
    BOOST_REQUIRE(made);
    BOOST_TEST(made->branch == "familiar/mr-7");
    BOOST_TEST(!made->push_enabled);
}

BOOST_AUTO_TEST_CASE(its_error_is_the_result_and_nothing_is_left) {
    change w({{file, "x\n"}}, {}, {{"x", "x"}});
    const auto made = prepare(w, w.request(), [](const auto&, const auto&, const auto&) -> core::result<void> {
        return core::fail(core::errc::not_wanted, "switched off");
    });
    CHECK_ERROR(made, not_wanted);
    BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job1"));
}

BOOST_AUTO_TEST_CASE(only_a_regular_file_is_read) {
    const std::vector<std::pair<git_forge::files, std::string>> table{
        {{{file, "-> ../x"}, {"x", "x"}}, ".familiar/config.yaml is a symbolic link"},
        {{{file, "-> /etc/passwd"}}, ".familiar/config.yaml is a symbolic link"},
        {{{".familiar/config.yaml/x", "x"}}, ".familiar/config.yaml is a folder"},
        {{{".familiar", "-> /etc"}}, ".familiar is a symbolic link"},
        {{{".familiar", "x"}}, ".familiar is a file"},
        {{{file, "=> " + std::string(40, '1')}}, ".familiar/config.yaml is a submodule"},
    };
    change w({{"z", "z"}}, {}, {{"y", "y"}});
    for (const auto& [target, words] : table) {
        w.forge.commit(change::path, "refs/heads/target", target, "refs/heads/main");
        auto request = w.request();
        request.target_branch = "target";
        reader said;
        const auto made = prepare(w, request, said.listen());
        CHECK_ERROR(made, invalid);
        BOOST_TEST((made.error().message.find(words) != std::string::npos), made.error().message);
        BOOST_TEST(said.calls == 0);
        BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job1"));
    }
}

BOOST_AUTO_TEST_CASE(it_has_at_most_64_KiB) {
    change w({{file, std::string(65536, 'x')}}, {}, {{"y", "y"}});
    reader said;
    BOOST_REQUIRE(prepare(w, w.request(), said.listen()));
    BOOST_TEST(said.text.size() == 65536U);

    w.forge.commit(change::path, "refs/heads/main", {{file, std::string(65537, 'x')}}, "refs/heads/main");
    const auto made = prepare(w, w.request("job2"), said.listen());
    CHECK_ERROR(made, too_large);
    BOOST_TEST((made.error().message.find(file) != std::string::npos), made.error().message);
    BOOST_TEST(said.calls == 1);
    BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job2"));
}

BOOST_AUTO_TEST_CASE(another_head_than_the_approved_one_is_not_run) {
    change w({{"x", "x"}}, {}, {{"y", "y"}});
    auto request = w.request();
    request.approved_head = w.head;
    BOOST_TEST(w.prepare(request).has_value());

    request = w.request("job2");
    request.approved_head = w.forge.tip(change::path, "refs/heads/main");
    reader said;
    const auto made = prepare(w, request, said.listen());
    CHECK_ERROR(made, head_moved);
    for (const auto& commit : {w.head, request.approved_head})
        BOOST_TEST((made.error().message.find(commit.substr(0, 12)) != std::string::npos), made.error().message);
    BOOST_TEST(said.calls == 0);
    BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job2"));
}

BOOST_AUTO_TEST_SUITE_END()
