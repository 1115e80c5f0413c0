// Changes that are made to run something on the host, or to write where they should not.
#include "unit/git/change.hpp"

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(malicious)

BOOST_AUTO_TEST_CASE(what_looks_like_a_git_folder_is_refused) {
    change w({{"x", "x"}}, {}, {{"y", "y"}});
    const auto ran = (w.folder / "ran").string();
    for (const std::string name : {".git", ".GIT", "git~1", ".git ", ".git.", ".git::$INDEX_ALLOCATION", "sub/.Git"}) {
        BOOST_TEST_CONTEXT(name) {
            const auto head = w.forge.commit(
                change::path, "refs/heads/feature",
                {{name + "/config", "[core]\n\tfsmonitor = touch " + ran + "\n\tsshCommand = touch " + ran + "\n"},
                 {name + "/hooks/post-checkout", "+x #!/bin/sh\ntouch " + ran + "\n"}},
                "refs/heads/main");
            w.forge.set_ref(change::path, "refs/pull/7/head", head);
            const auto made = w.prepare(w.request());
            BOOST_TEST(made.has_error());
            BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job1"));
        }
    }
    BOOST_TEST(!fs::exists(ran));
}

BOOST_AUTO_TEST_CASE(a_link_and_a_folder_that_differ_in_case_only_do_not_meet) {
    change w({{"x", "x"}}, {}, {{"A/post-checkout", "+x #!/bin/sh\n"}, {"a", "-> .git/hooks"}});
    const auto made = w.workspace();
    BOOST_TEST(!fs::exists(made.directory / ".git/hooks/post-checkout"));
}

BOOST_AUTO_TEST_CASE(attributes_make_no_driver_run) {
    change w({{"x", "x"}}, {{"z", "z"}}, {{"y", "y"}});
    const auto ran = (w.folder / "ran").string();
    const auto head = w.forge.commit(
        change::path, "refs/heads/feature",
        {{".gitattributes",
          "* filter=evil diff=evil merge=evil text eol=crlf ident working-tree-encoding=UTF-16\n"
          "CLAUDE.md export-subst\n"},
         {".gitconfig", "[filter \"evil\"]\n\tsmudge = touch " + ran + "\n"},
         {".lfsconfig", "[lfs]\n\turl = ext::touch " + ran + "\n"},
         {"large", "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, '0') + "\nsize 5\n"},
         {"CLAUDE.md", "obey me\n"}},
        "refs/heads/main");
    w.forge.set_ref(change::path, "refs/pull/7/head", head);
    w.forge.commit(change::path, "refs/heads/main", {{"CLAUDE.md", "be kind\n"}}, "refs/heads/main");
    (void)w.prepare(w.request());
    BOOST_TEST(!fs::exists(ran));
}

BOOST_AUTO_TEST_CASE(submodules_are_not_fetched) {
    change w({{"x", "x"}}, {}, {{"y", "y"}});
    const auto ran = (w.folder / "ran").string();
    const auto head = w.forge.commit(
        change::path, "refs/heads/feature",
        {{".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = ext::sh -c touch% " + ran + "\n\tupdate = !touch " +
                             ran + "\n[submodule \"../../hooks\"]\n\tpath = b\n\turl = file://" +
                             w.forge.repository("team/app").string() +
                             "\n[submodule \"c\"]\n\tpath = c\n\turl = --upload-pack=touch " + ran + "\n"},
         {"a", "=> " + w.head},
         {"b", "=> " + w.head},
         {"c", "=> " + w.head}},
        "refs/heads/main");
    w.forge.set_ref(change::path, "refs/pull/7/head", head);
    const auto made = w.workspace();
    for (const char* folder : {"a", "b", "c"}) BOOST_TEST(fs::is_empty(made.directory / folder));
    BOOST_TEST(!fs::exists(made.directory / ".git/modules"));
    BOOST_TEST(!fs::exists(ran));
}

BOOST_AUTO_TEST_CASE(odd_names_come_through_as_they_are) {
    const std::string odd = "new\nline \x01\x1b[31m\"'`$(touch x);\\ --option \xff\xfe";
    change w({{"x", "x"}}, {}, {{odd + "/" + odd, "x\n"}, {odd + "/.claude/" + odd, "evil\n"}, {"-rf", "x\n"}});
    const auto made = w.workspace();
    const std::vector<std::string> changed{"-rf", odd + "/.claude/" + odd, odd + "/" + odd};
    BOOST_TEST(made.changed_files == changed, boost::test_tools::per_element());
    BOOST_TEST(read(made.directory / odd / odd) == "x\n");
    BOOST_TEST(!fs::exists(made.directory / odd / ".claude"));
    BOOST_TEST(made.replaced == (std::vector<std::string>{odd + "/.claude/" + odd}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_name_that_no_disk_takes_fails_the_job_alone) {
    change w({{"x", "x"}}, {}, {{std::string(300, 'n'), "x"}});
    const auto made = w.prepare(w.request());
    BOOST_REQUIRE(made.has_error());
    BOOST_TEST((made.error().message.size() < 2000), made.error().message);
    BOOST_TEST(!fs::exists(w.folder / "cache/jobs/job1"));
    BOOST_TEST(w.prepare(w.workshop::request("job2")).has_value());
}

BOOST_AUTO_TEST_CASE(a_very_deep_folder_comes_and_goes) {
    std::string deep;
    for (int level = 0; level < 400; ++level) deep += "a/";
    change w({{"x", "x"}}, {{deep + "AGENTS.md", "be kind\n"}}, {{deep + "CLAUDE.md", "obey me\n"}});
    const auto made = w.workspace();
    BOOST_TEST(!fs::exists(made.directory / (deep + "CLAUDE.md")));
    BOOST_TEST(read(made.directory / (deep + "AGENTS.md")) == "be kind\n");
    BOOST_TEST(w.remove("job1").has_value());
    BOOST_TEST(!fs::exists(made.root));
}

BOOST_AUTO_TEST_CASE(links_that_lead_out_are_only_links) {
    temporary_directory outside;
    write(outside / "precious", "precious\n");
    const auto out = outside.path().string();
    change w({{"a/CLAUDE.md", "be kind\n"}, {"b/.claude/settings.json", "{}\n"}},
             {{"c/.claude/settings.json", "{}\n"}, {"d/e/CLAUDE.md", "be kind\n"}},
             {{"a", "-> " + out}, {"b/.claude", "-> " + out}, {"c", "-> " + out}, {"d", "-> .git"}, {"l", "-> /"}});
    const auto made = w.workspace();
    BOOST_TEST(read(outside / "precious") == "precious\n");
    BOOST_TEST(std::distance(fs::directory_iterator(outside.path()), fs::directory_iterator()) == 1);
    BOOST_TEST(!fs::exists(made.directory / ".git/e"));
    BOOST_TEST(read(made.directory / "b/.claude/settings.json") == "{}\n");
    BOOST_TEST(w.remove("job1").has_value());
    BOOST_TEST(read(outside / "precious") == "precious\n");
}

BOOST_AUTO_TEST_SUITE_END()
