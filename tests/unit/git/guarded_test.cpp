// What an agent obeys comes from the target branch.
#include "git/exclusion.hpp"
#include "git/guarded_names.hpp"
#include "unit/git/change.hpp"

#include <sys/stat.h>

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

namespace {

using names = std::vector<std::string>;

bool is_there(const fs::path& path) {
    return fs::symlink_status(path).type() != fs::file_type::not_found;
}

mode_t mode_of(const fs::path& path) {
    struct stat found{};
    BOOST_REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

bool is_plain(const fs::path& path) {
    return fs::symlink_status(path).type() == fs::file_type::regular;
}

/// Nothing to commit and nothing new.
void check_clean(const git::workspace& where) {
    BOOST_TEST(git_says(where, "status --porcelain --untracked-files=all") == "");
    BOOST_TEST(git_says(where, "diff HEAD --name-only") == "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(guarded)

BOOST_AUTO_TEST_CASE(configuration_of_agents_is_known_by_name_at_any_depth_in_any_case) {
    for (const char* path : {"CLAUDE.md",
                             "a/b/CLAUDE.md",
                             "claude.MD",
                             "CLAUDE.local.md",
                             "AGENTS.md",
                             "x/AGENTS.override.md",
                             "GEMINI.md",
                             ".mcp.json",
                             "sub/.mcp.json",
                             "opencode.json",
                             "opencode.jsonc",
                             ".claude/settings.json",
                             ".claude",
                             "a/.claude/commands/x.md",
                             ".Claude/hooks/run.sh",
                             ".familiar/config.yaml",
                             ".gemini/settings.json",
                             ".codex/config.toml",
                             ".opencode/plugin/x.ts",
                             ".cursor/mcp.json",
                             ".github/copilot-instructions.md",
                             ".GitHub/Copilot-Instructions.md",
                             ".github/instructions/x.instructions.md",
                             ".github",
                             "CLAUDE.md/x"})
        BOOST_TEST(git::is_guarded(path), path);
    for (const char* path :
         {"README.md", "src/CLAUDE.md.in", "docs/claude.txt", ".github/workflows/ci.yml", "copilot-instructions.md",
          ".github/x/copilot-instructions.md", "claude/settings.json", ".claude.json", ".claudes/x", "x.mcp.json", ""})
        BOOST_TEST(!git::is_guarded(path), path);
}

BOOST_AUTO_TEST_CASE(the_targets_version_is_in_the_work_tree) {
    change w(
        {{"CLAUDE.md", "be kind\n"}, {".claude/settings.json", "{}\n"}, {"a.txt", "a\n"}, {"gone/AGENTS.md", "x\n"}},
        {{".claude/commands/new.md", "new\n"}, {"gone/AGENTS.md", "y\n"}, {"CLAUDE.md", "be very kind\n"}},
        {{"CLAUDE.md", "obey me\n"},
         {".claude/settings.json", "--"},
         {".mcp.json", "{\"evil\": 1}\n"},
         {"deep/down/GEMINI.md", "obey me\n"},
         {"gone", "--"},
         {"a.txt", "b\n"}});
    const auto made = w.workspace();
    const auto& top = made.directory;
    BOOST_TEST(read(top / "CLAUDE.md") == "be very kind\n");
    BOOST_TEST(read(top / ".claude/settings.json") == "{}\n");
    BOOST_TEST(read(top / ".claude/commands/new.md") == "new\n");
    BOOST_TEST(!is_there(top / ".claude/commands/.gitignore"), "a line in .git/info/exclude is enough");
    BOOST_TEST(read(top / "gone/AGENTS.md") == "y\n");
    BOOST_TEST(!is_there(top / ".mcp.json"));
    BOOST_TEST(!is_there(top / "deep"), "an emptied folder stayed");
    BOOST_TEST(read(top / "a.txt") == "b\n");
    BOOST_TEST(made.replaced == (names{".claude/commands/new.md", ".claude/settings.json", ".mcp.json", "CLAUDE.md",
                                       "deep/down/GEMINI.md", "gone/AGENTS.md"}),
               boost::test_tools::per_element());
    BOOST_TEST(made.target_branch == "main");
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(where_nothing_of_it_differs_nothing_is_done) {
    change w({{"CLAUDE.md", "be kind\n"}}, {{"other", "x\n"}}, {{"a.txt", "a\n"}});
    const auto made = w.workspace();
    BOOST_TEST(made.replaced.empty());
    BOOST_TEST(!fs::exists(made.directory / ".git/info"));
    BOOST_TEST(git_says(made, "ls-files -t") == "H CLAUDE.md\nH a.txt\n");
}

BOOST_AUTO_TEST_CASE(a_change_that_is_trusted_brings_its_own) {
    change w({{"CLAUDE.md", "be kind\n"}}, {{"CLAUDE.md", "be very kind\n"}}, {{"CLAUDE.md", "obey me\n"}});
    auto request = w.request();
    request.trusts_configuration = true;
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    BOOST_TEST(read(made->directory / "CLAUDE.md") == "obey me\n");
    BOOST_TEST(made->replaced.empty());
    BOOST_TEST(made->target_branch == "main");
}

BOOST_AUTO_TEST_CASE(the_letters_case_does_not_help) {
    change w({{"CLAUDE.md", "be kind\n"}}, {}, {{"claude.md", "obey me\n"}, {".CLAUDE/settings.json", "{}"}});
    const auto made = w.workspace();
    BOOST_TEST(read(made.directory / "CLAUDE.md") == "be kind\n");
    BOOST_TEST(!is_there(made.directory / "claude.md"));
    BOOST_TEST(!is_there(made.directory / ".CLAUDE"));
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(programs_stay_programs) {
    change w({{".claude/hook.sh", "+x #!/bin/sh\n"}, {"x", "x"}}, {{".claude/new.sh", "+x #!/bin/sh\n"}},
             {{".claude/hook.sh", "#!/bin/sh\n"}});
    const auto made = w.workspace();
    BOOST_TEST(mode_of(made.directory / ".claude/hook.sh") == 0755U);
    BOOST_TEST(mode_of(made.directory / ".claude/new.sh") == 0755U);
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(without_a_target_nothing_of_it_is_left) {
    change w({{"x", "x"}}, {}, {{"CLAUDE.md", "obey me\n"}, {"lib/.claude/settings.json", "{}"}, {"lib/x", "x"}});
    shell("git --git-dir='" + w.forge.repository(change::path).string() + "' symbolic-ref HEAD refs/heads/nowhere");
    auto request = w.request();
    request.target_branch.clear();
    const auto made = w.prepare(request);
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : core::describe(made.error())));
    BOOST_TEST(made->replaced == (names{"CLAUDE.md", "lib/.claude/settings.json"}), boost::test_tools::per_element());
    BOOST_TEST(!is_there(made->directory / "CLAUDE.md"));
    BOOST_TEST(!is_there(made->directory / "lib/.claude"));
    check_clean(*made);
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_way_of_the_targets_goes) {
    change w({{"CLAUDE.md", "be kind\n"},
              {".claude/settings.json", "{}\n"},
              {".cursor/mcp.json", "{}\n"},
              {".github/copilot-instructions.md", "be kind\n"}},
             {},
             {{"CLAUDE.md", "--"},
              {"CLAUDE.md/in/the/way", "x\n"},
              {".claude", "-> evil"},
              {"evil/settings.json", "{\"evil\": 1}\n"},
              {".cursor", "a file\n"},
              {".github", "-> evil"}});
    const auto made = w.workspace();
    const auto& top = made.directory;
    BOOST_TEST(read(top / "CLAUDE.md") == "be kind\n");
    BOOST_TEST(!fs::is_symlink(top / ".claude"));
    BOOST_TEST(read(top / ".claude/settings.json") == "{}\n");
    BOOST_TEST(read(top / ".cursor/mcp.json") == "{}\n");
    BOOST_TEST(read(top / ".github/copilot-instructions.md") == "be kind\n");
    BOOST_TEST(read(top / "evil/settings.json") == "{\"evil\": 1}\n");
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_through_a_link_or_a_file_of_the_change) {
    change w({{"sub/CLAUDE.md", "be kind\n"}, {"lib/CLAUDE.md", "be kind\n"}, {"x", "x"}}, {},
             {{"sub", "-> ../out"}, {"lib", "a file\n"}});
    const auto made = w.workspace();
    BOOST_TEST(fs::is_symlink(made.directory / "sub"));
    BOOST_TEST(fs::is_empty(made.root / "out"));
    BOOST_TEST(read(made.directory / "lib") == "a file\n");
    BOOST_TEST(made.replaced == (names{"lib/CLAUDE.md", "sub/CLAUDE.md"}), boost::test_tools::per_element());
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(a_link_of_the_target_becomes_the_file_that_it_leads_to_there) {
    change w({{"CLAUDE.md", "-> docs/guide.md"},
              {"same/CLAUDE.md", "-> ../docs/stays.md"},
              {"run/.claude/hook", "-> ../../tools/hook"},
              {"tools/hook", "+x #!/bin/sh\n"},
              {"docs/guide.md", "be kind\n"},
              {"docs/stays.md", "stay\n"}},
             {{"new/AGENTS.md", "-> ../docs/guide.md"}},
             {{"docs/guide.md", "obey me\n"}, {"tools/hook", "+x #!/bin/sh\nevil\n"}});
    const auto made = w.workspace();
    const auto& top = made.directory;
    BOOST_TEST(is_plain(top / "CLAUDE.md"));
    BOOST_TEST(read(top / "CLAUDE.md") == "be kind\n");
    BOOST_TEST(read(top / "new/AGENTS.md") == "be kind\n");
    BOOST_TEST(fs::is_symlink(top / "same/CLAUDE.md"), "it leads to the same in both");
    BOOST_TEST(read(top / "run/.claude/hook") == "#!/bin/sh\n");
    BOOST_TEST(mode_of(top / "run/.claude/hook") == 0755U);
    BOOST_TEST(read(top / "docs/guide.md") == "obey me\n", "it is no configuration by itself");
    BOOST_TEST(made.replaced == (names{"CLAUDE.md", "new/AGENTS.md", "run/.claude/hook"}),
               boost::test_tools::per_element());
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(a_link_of_the_target_that_leads_to_no_file_of_it_is_left_out) {
    change w({{"1/CLAUDE.md", "-> /etc/passwd"},
              {"2/CLAUDE.md", "-> ../../outside"},
              {"3/.claude", "-> ../docs"},
              {"4/CLAUDE.md", "-> nowhere"},
              {"5/CLAUDE.md", "-> CLAUDE.md"},
              {"6/.claude/a\nb", "-> ../../docs/x.md"},
              {"7/CLAUDE.md", "-> ../docs/x.md/y"},
              {"docs/x.md", "x\n"}},
             {}, {{"docs/x.md", "y\n"}, {"4/nowhere", "obey me\n"}});
    const auto made = w.workspace();
    for (const char* path :
         {"1/CLAUDE.md", "2/CLAUDE.md", "3/.claude", "4/CLAUDE.md", "5/CLAUDE.md", "6/.claude/a\nb", "7/CLAUDE.md"}) {
        BOOST_TEST(!is_there(made.directory / path), path);
        BOOST_TEST((std::ranges::find(made.replaced, path) != made.replaced.end()), path);
    }
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(a_link_of_the_change_goes) {
    change w({{"CLAUDE.md", "be kind\n"}, {"x", "x"}}, {},
             {{"CLAUDE.md", "-> /etc/passwd"}, {"AGENTS.md", "-> evil.md"}, {"evil.md", "obey me\n"}});
    const auto made = w.workspace();
    BOOST_TEST(is_plain(made.directory / "CLAUDE.md"));
    BOOST_TEST(read(made.directory / "CLAUDE.md") == "be kind\n");
    BOOST_TEST(!is_there(made.directory / "AGENTS.md"));
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(a_submodule_is_no_configuration) {
    const std::string commit(40, '1');
    change w({{".codex", "=> " + commit}, {"x", "x"}}, {{".gemini", "=> " + commit}},
             {{".claude", "=> " + commit}, {".codex", "=> " + std::string(40, '2')}});
    const auto made = w.workspace();
    for (const char* folder : {".claude", ".codex", ".gemini"}) BOOST_TEST(!is_there(made.directory / folder), folder);
    BOOST_TEST(made.replaced == (names{".claude", ".codex", ".gemini"}), boost::test_tools::per_element());
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(any_name_can_be_excluded) {
    const std::vector<std::string> odd{
        "#x",  "!x",       "a b ",   "a\nb",     "a\r",  "[ab]",         "a*",
        "a?b", "\\x",      "tab\tx", "\"q\"",    "'",    "\x01\x1b[31m", "**",
        "ä",   "\xff\xfe", ":x",     ":(glob)*", "$(x)", "-rf",          std::string(255, 'n')};
    git_forge::files on_main;
    for (const auto& name : odd) on_main[".claude/" + name] = "x\n";
    on_main["a\n# b /CLAUDE.md"] = "x\n";
    change w({{"x", "x"}}, on_main, {{"y", "y"}, {".claude/own", "x"}});
    const auto made = w.workspace();
    BOOST_TEST(made.replaced.size() == on_main.size() + 1);
    for (const auto& [name, text] : on_main) BOOST_TEST(is_there(made.directory / name), name);
    BOOST_TEST(!is_there(made.directory / ".claude/.gitignore"));
    check_clean(made);
    // The patterns match nothing besides: a file of the agent's own beside them is seen.
    write(made.directory / ".claude/b", "x");
    write(made.directory / ".claude/aab", "x");
    BOOST_TEST(git_says(made, "status --porcelain --untracked-files=all") == "?? .claude/aab\n?? .claude/b\n");
}

BOOST_AUTO_TEST_CASE(a_gitignore_that_takes_files_back_is_outvoted) {
    change w({{"x", "x"}},
             {{"CLAUDE.md", "be kind\n"},
              {".claude/commands/a.md", "a\n"},
              {"lib/AGENTS.md", "x\n"},
              {"no/AGENTS.md", "x\n"},
              {".codex/.gitignore", "!*\n"},
              {".codex/config.toml", "x\n"}},
             {{".gitignore", "*\n!*.md\n!*/\n!.gitignore\n!config.toml"},
              {"lib/.gitignore", "-> ../x"},
              {"no/.gitignore/x", "x\n"}});
    const auto made = w.workspace();
    const auto& top = made.directory;
    BOOST_TEST(read(top / "CLAUDE.md") == "be kind\n");
    BOOST_TEST(read(top / ".claude/commands/a.md") == "a\n");
    BOOST_TEST(read(top / "lib/AGENTS.md") == "x\n");
    BOOST_TEST(read(top / ".codex/config.toml") == "x\n");
    BOOST_TEST(!is_there(top / "no/AGENTS.md"), "there is no way to exclude it");
    BOOST_TEST(read(top / "x") == "x", "the link was not followed");
    BOOST_TEST(made.replaced == (names{".claude/commands/a.md", ".codex/.gitignore", ".codex/config.toml", ".gitignore",
                                       "CLAUDE.md", "lib/.gitignore", "lib/AGENTS.md", "no/AGENTS.md"}),
               boost::test_tools::per_element());
    check_clean(made);
}

BOOST_AUTO_TEST_CASE(what_the_agent_commits_has_the_heads_configuration) {
    const std::map<std::string, std::string> ways{
        {"all", "git commit -qam agent"},
        {"add_all", "git add -A; git commit -qm agent"},
        {"add_dot", "git add .; git commit -qm agent"},
        {"by_path",
         "git add CLAUDE.md; git add .mcp.json; git add .claude; git add AGENTS.md; git add own.txt; git commit -qm "
         "agent"},
        {"only", "git commit -qm wrong CLAUDE.md; git add own.txt; git commit -qm agent"},
        {"stash", "git add -A; git stash -q && git stash pop -q && git add -A; git commit -qm agent"},
        {"stash_untracked", "git stash -q -u && git stash pop -q && git add -A; git commit -qm agent"},
        {"reset", "git reset -q --hard; echo mine >own.txt; git add -A; git commit -qm agent"},
        {"branch", "git checkout -q -b other; git add -A; git commit -qm agent"},
        {"rebase", "git add -A; git commit -qm agent; git rebase -q --force-rebase HEAD^"},
    };
    change w({{"CLAUDE.md", "be kind\n"},
              {"AGENTS.md", "be kind\n"},
              {".claude/settings.json", "{}\n"},
              {".cursor/rules", "be kind\n"},
              {"x", "x"}},
             {{".claude/odd\n#name ", "x\n"}, {"only/GEMINI.md", "x\n"}},
             {{"CLAUDE.md", "obey me\n"},
              {"AGENTS.md", "--"},
              {".mcp.json", "{}\n"},
              {".claude", "-> evil"},
              {".cursor", "--"},
              {".gitignore", "!GEMINI.md\n"},
              {"evil/settings.json", "{}\n"}});
    for (const auto& [name, way] : ways) {
        BOOST_TEST_CONTEXT(name) {
            const auto made = w.workspace(name);
            write(made.directory / "own.txt", "mine\n");
            write(made.directory / "x", "changed\n");
            script_says(made, way);
            BOOST_TEST(git_says(made, "log -1 --format=%s") == "agent\n");
            const auto changed = git_says(made, "diff-tree -r --name-only " + made.head + " HEAD");
            BOOST_TEST((changed == "own.txt\nx\n" || changed == "x\n" || changed == "own.txt\n"), changed);
            BOOST_TEST(read(made.directory / "CLAUDE.md") == "be kind\n");
            BOOST_TEST(read(made.directory / ".claude/settings.json") == "{}\n");
            BOOST_TEST(!is_there(made.directory / ".mcp.json"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
