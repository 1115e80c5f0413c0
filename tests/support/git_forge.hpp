#pragma once

#include "support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>

namespace familiar::test {

/// A port on which nobody listens. Below the ports that the system gives to whoever asks for any (32768 and up), so
/// that nobody takes it while the forge is stopped, and no connection to it meets itself.
std::uint16_t free_port();

/// A forge as far as git is concerned: bare repositories behind HTTP with Basic authentication on a free port of
/// 127.0.0.1, or of another address of this machine. It is the demo's (containers/demo-agent/forge.sh). Throws where
/// something does not work.
class git_forge {
public:
    static constexpr const char* user = "forge-user";
    static constexpr const char* password = "forge-password-4711";

    /// What a commit adds or replaces: path (any bytes) and text. A text that begins with "-> " makes a symbolic link
    /// to the rest of it, "+x " a program, "=> " a submodule at that commit; "--" deletes the path, be it a folder.
    using files = std::map<std::string, std::string>;

    explicit git_forge(std::string address = "127.0.0.1");
    ~git_forge();
    git_forge(const git_forge&) = delete;
    git_forge& operator=(const git_forge&) = delete;

    /// "http://ADDRESS:PORT", without a slash at its end: a git_url.
    std::string url() const { return "http://" + address_ + ":" + std::to_string(port_); }

    /// The clone URL of a repository.
    std::string url(const std::string& path) const { return url() + "/" + path + ".git"; }

    /// The bare repository itself.
    std::filesystem::path repository(const std::string& path) const { return folder_ / "git" / (path + ".git"); }

    /// Makes an empty repository whose default branch is main.
    void create(const std::string& path);

    /// Commits on top of `from` (a ref or a commit, or empty for none) and points `ref` there. Returns the commit.
    std::string commit(const std::string& path, const std::string& ref, const files& changes,
                       const std::string& from = {});

    void set_ref(const std::string& path, const std::string& ref, const std::string& commit);
    void delete_ref(const std::string& path, const std::string& ref);

    /// The commit that a ref points at; empty if there is none.
    std::string tip(const std::string& path, const std::string& ref) const;

    /// A repository with two branches: main with README.md, and `branch` with one commit more that adds `changes`;
    /// refs/pull/N/head and refs/merge-requests/N/head point there. Returns that commit.
    std::string create_with_merge_request(const std::string& path, std::int64_t number, const std::string& branch,
                                          const files& changes);

    /// Lets in somebody else with the same password: forges take a token with a user name of their own.
    void let_in(const std::string& name);

    /// Starts and stops the server; it keeps its port and its repositories. A new forge is started.
    void start();
    void stop();

    /// A paused forge takes connections and says nothing.
    void pause();
    void resume();

private:
    std::string git(const std::string& path, const std::string& arguments, const std::string& input = {}) const;

    temporary_directory folder_;
    std::string address_;
    std::uint16_t port_ = 0;
    pid_t server_ = 0;
};

}  // namespace familiar::test
