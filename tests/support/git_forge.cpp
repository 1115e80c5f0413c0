#include "support/git_forge.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace familiar::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr const char* main_ref = "refs/heads/main";

tcp::endpoint local(std::uint16_t port) {
    return {asio::ip::address_v4::loopback(), port};
}

bool answers(const std::string& address, std::uint16_t port) {
    asio::io_context context;
    boost::system::error_code error;
    tcp::socket(context).connect({asio::ip::make_address_v4(address), port}, error);
    return !error;
}

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// A data command of git-fast-import(1).
std::string data(const std::string& text) {
    return "data " + std::to_string(text.size()) + "\n" + text + "\n";
}

/// A path in the quotes of git-fast-import(1), which any byte may be in.
std::string path_in_quotes(const std::string& path) {
    std::string out = "\"";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const auto digit = [&](int shift) { return static_cast<char>('0' + ((byte >> shift) & 7)); };
        if (byte >= ' ' && byte < 0x7f && c != '"' && c != '\\')
            out += c;
        else
            out += {'\\', digit(6), digit(3), digit(0)};
    }
    return out + "\"";
}

/// A file command of git-fast-import(1) for one of git_forge::files.
std::string file_command(const std::string& path, const std::string& text) {
    const auto at = " " + path_in_quotes(path) + "\n";
    if (text == "--") return "D" + at;
    const auto rest = text.substr(std::min<std::size_t>(text.size(), 3));
    if (text.starts_with("=> ")) return "M 160000 " + rest + at;
    if (text.starts_with("-> ")) return "M 120000 inline" + at + data(rest);
    if (text.starts_with("+x ")) return "M 100755 inline" + at + data(rest);
    return "M 100644 inline" + at + data(text);
}

}  // namespace

std::uint16_t free_port() {
    asio::io_context context;
    std::random_device random;
    for (;;) {
        const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution<int>(12000, 31999)(random));
        tcp::acceptor acceptor(context, tcp::v4());
        boost::system::error_code error;
        acceptor.bind(local(port), error);
        if (!error) return port;
    }
}

git_forge::git_forge(std::string address) : address_(std::move(address)), port_(free_port()) {
    start();
}

git_forge::~git_forge() {
    stop();
}

void git_forge::start() {
    if (server_ != 0) return;
    const std::string script = std::string(FAMILIAR_SOURCE_DIR) + "/containers/demo-agent/forge.sh";
    const auto folder = folder_.path().string();
    const auto port = std::to_string(port_);
    const auto listen_on = "FORGE_ADDRESS=" + address_;
    std::array argv{"/usr/bin/env", listen_on.c_str(),
                    script.c_str(), folder.c_str(),
                    port.c_str(),   user,
                    password,       static_cast<const char*>(nullptr)};

    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto output = folder + "/output.log";
    ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    const int failed =
        ::posix_spawn(&server_, argv.front(), &actions, &attributes, const_cast<char**>(argv.data()), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0) throw std::runtime_error("cannot run " + script);

    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!answers(address_, port_)) {
        const bool ended = ::waitpid(server_, nullptr, WNOHANG) != 0;
        if (ended) server_ = 0;
        if (ended || std::chrono::steady_clock::now() > give_up) {
            stop();
            std::ifstream log(output);
            throw std::runtime_error("the forge does not start: " + std::string(std::istreambuf_iterator(log), {}));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void git_forge::stop() {
    if (server_ == 0) return;
    ::kill(-server_, SIGKILL);
    while (::waitpid(server_, nullptr, 0) < 0 && errno == EINTR) continue;
    server_ = 0;
}

void git_forge::let_in(const std::string& name) {
    std::ofstream(folder_ / "users", std::ios::app) << name << ':' << password << '\n';
}

void git_forge::pause() {
    ::kill(-server_, SIGSTOP);
}

void git_forge::resume() {
    ::kill(-server_, SIGCONT);
}

void git_forge::create(const std::string& path) {
    const auto folder = repository(path);
    std::filesystem::create_directories(folder);
    git(path, "init --quiet --bare --initial-branch=main");
    git(path, "config http.receivepack true");
}

std::string git_forge::commit(const std::string& path, const std::string& ref, const files& changes,
                              const std::string& from) {
    std::string stream =
        "commit " + ref + "\ncommitter A Human <human@example.org> 1767225600 +0000\n" + data("change");
    if (!from.empty()) stream += "from " + tip(path, from) + "\n";
    for (const auto& [name, text] : changes) stream += file_command(name, text);
    git(path, "fast-import --quiet --force", stream + "done\n");
    return tip(path, ref);
}

void git_forge::set_ref(const std::string& path, const std::string& ref, const std::string& commit) {
    git(path, "update-ref " + quoted(ref) + " " + commit);
}

void git_forge::delete_ref(const std::string& path, const std::string& ref) {
    git(path, "update-ref -d " + quoted(ref));
}

std::string git_forge::tip(const std::string& path, const std::string& ref) const {
    auto said = git(path, "rev-parse --verify --quiet --end-of-options " + quoted(ref + "^{commit}") + " || true");
    return said.substr(0, said.find('\n'));
}

std::string git_forge::create_with_merge_request(const std::string& path, std::int64_t number,
                                                 const std::string& branch, const files& changes) {
    create(path);
    commit(path, main_ref, {{"README.md", "A repository.\n"}});
    const auto head = commit(path, "refs/heads/" + branch, changes, main_ref);
    set_ref(path, "refs/pull/" + std::to_string(number) + "/head", head);
    set_ref(path, "refs/merge-requests/" + std::to_string(number) + "/head", head);
    return head;
}

std::string git_forge::git(const std::string& path, const std::string& arguments, const std::string& input) const {
    const auto input_file = (folder_ / "input").string();
    std::ofstream(input_file, std::ios::binary) << input;
    const auto command =
        "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git --git-dir=" + quoted(repository(path).string()) + " " +
        arguments + " <" + quoted(input_file);

    FILE* const pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string out;
    std::array<char, 4096> piece{};
    while (const auto read = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), read);
    if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command + "\n" + out);
    return out;
}

}  // namespace familiar::test
