#pragma once

#include "support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace familiar::test {

/// A docker program that does as docker does but where a test has arranged for something else: a value for docker.cli,
/// of a server without docker.host. What is arranged is shell text with docker's arguments in "$@" and the server in
/// $PPID.
class arranged_docker {
public:
    arranged_docker() {
        const auto folder = folder_.path().string();
        std::ofstream(program()) << "#!/bin/sh\nfolder='" << folder << "'\n"
                                 << "if mv \"$folder/once-$1\" \"$folder/taken-$1\" 2>/dev/null; then\n"
                                    "    . \"$folder/taken-$1\"\n"
                                    "elif [ -e \"$folder/always-$1\" ]; then\n"
                                    "    . \"$folder/always-$1\"\n"
                                    "fi\n"
                                    "exec docker \"$@\"\n";
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }

    std::string program() const { return (folder_ / "docker").string(); }
    /// A file that does not exist until a test makes it, for shell text to wait for.
    std::filesystem::path flag() const { return folder_ / "flag"; }

    /// The next time that this command ("create", "start", ...) is run, this comes before it, or instead if it exits.
    void once(const std::string& command, const std::string& shell) const { write("once-" + command, shell); }
    /// The same every time.
    void always(const std::string& command, const std::string& shell) const { write("always-" + command, shell); }
    void as_usual(const std::string& command) const { std::filesystem::remove(folder_ / ("always-" + command)); }
    /// Whether what was to happen once has begun.
    bool has_happened(const std::string& command) const {
        return std::filesystem::exists(folder_ / ("taken-" + command));
    }

private:
    void write(const std::string& name, const std::string& shell) const {
        const auto draft = folder_ / ("draft-" + name);
        std::ofstream(draft) << shell << '\n';
        std::filesystem::rename(draft, folder_ / name);
    }

    temporary_directory folder_;
};

/// For arranged_docker: kill -9 for the server, before or after the command has been carried out.
inline constexpr auto kill_before = "kill -KILL $PPID; exit 1";
inline constexpr auto kill_after = R"(docker "$@"; kill -KILL $PPID; exit 1)";

}  // namespace familiar::test
