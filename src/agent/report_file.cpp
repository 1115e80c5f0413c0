#include "agent/report.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace familiar::agent {

namespace {

constexpr std::size_t most = std::size_t{1} << 20;

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

private:
    int fd_;
};

core::error unusable(const std::string& why) {
    return core::fail(core::errc::invalid, "result.json " + why);
}

std::string system_text() {
    return std::generic_category().message(errno);
}

}  // namespace

core::result<std::optional<report>> read_report(const std::filesystem::path& out) {
    const descriptor folder(::open(out.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.open()) return unusable("cannot be reached: " + system_text());

    // Neither a link to somewhere else nor a FIFO that nobody writes to.
    const descriptor file(::openat(folder.get(), "result.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.open() && errno == ENOENT) return std::optional<report>();
    if (!file.open()) return unusable(errno == ELOOP ? "is a symbolic link" : "cannot be opened: " + system_text());
    struct stat what{};
    if (::fstat(file.get(), &what) != 0 || !S_ISREG(what.st_mode)) return unusable("is not a regular file");

    std::string text;
    std::array<char, 16384> chunk{};
    for (;;) {
        const auto count = ::read(file.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unusable("cannot be read: " + system_text());
        if (count == 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > most) return core::fail(core::errc::too_large, "result.json is larger than 1 MiB");
    }
    const auto parsed = parse_report(text);
    if (!parsed) return parsed.error();
    return std::optional<report>(*parsed);
}

}  // namespace familiar::agent
