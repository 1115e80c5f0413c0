#pragma once

#include "unit/git/workshop.hpp"

#include <array>
#include <cstdio>
#include <map>

namespace familiar::test {

/// What a shell script prints that runs in a workspace, as an agent's would; with the mirror's objects at the host's
/// path. No git of it finds another repository than the workspace's.
inline std::string script_says(const git::workspace& where, const std::string& script) {
    temporary_directory folder;
    write(folder / "script", "set -u\nexport GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0\nexport GIT_DIR='" +
                                 (where.directory / ".git").string() + "' GIT_WORK_TREE='" + where.directory.string() +
                                 "' GIT_ALTERNATE_OBJECT_DIRECTORIES='" + where.objects.string() + "'\ncd '" +
                                 where.directory.string() + "' || exit 1\n" + script + "\n");
    FILE* const pipe = ::popen(("sh '" + (folder / "script").string() + "' 2>/dev/null").c_str(), "re");
    std::string out;
    std::array<char, 4096> piece{};
    while (const auto got = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), got);
    ::pclose(pipe);
    return out;
}

/// The same of one git command.
inline std::string git_says(const git::workspace& where, const std::string& arguments) {
    return script_says(where, "git " + arguments);
}

/// A workshop with one more repository, whose merge request 7 and whose main have both gone on from a common commit.
struct change : workshop {
    using files = git_forge::files;
    static constexpr auto path = "team/change";

    change(const files& common, const files& on_main, const files& on_feature) {
        forge.create(path);
        forge.commit(path, "refs/heads/main", common);
        head = forge.commit(path, "refs/heads/feature", on_feature, "refs/heads/main");
        forge.commit(path, "refs/heads/main", on_main, "refs/heads/main");
        forge.set_ref(path, "refs/pull/7/head", head);
    }

    git::workspace_request request(const std::string& job = "job1") { return workshop::request(job, path); }

    git::workspace workspace(const std::string& job = "job1") {
        auto made = prepare(request(job));
        BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : core::describe(made.error())));
        return std::move(*made);
    }
};

}  // namespace familiar::test
