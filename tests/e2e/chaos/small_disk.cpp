#include "e2e/chaos/small_disk.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace familiar::test::chaos {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what + " (the chaos test needs root)");
}

}  // namespace

small_disk::small_disk(std::filesystem::path folder, std::size_t bytes) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    // In a mount namespace of this process's own the mount goes with the process, whatever becomes of it.
    if (::unshare(CLONE_NEWNS) != 0) fail("no mount namespace");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        fail("the mount namespace cannot be separated");
    const auto options = "mode=0700,size=" + std::to_string(bytes);
    if (::mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()) != 0) fail("cannot mount " + folder_.string());
}

small_disk::~small_disk() {
    ::umount2(folder_.c_str(), MNT_DETACH);
}

void small_disk::fill() const {
    const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) fail("cannot make " + filler().string());
    // Piece by piece, since the server writes meanwhile: what is left in the end is less than a page.
    const std::string page(4096, 'x');
    while (::write(file, page.data(), page.size()) > 0) continue;
    ::close(file);
}

void small_disk::clear() const {
    std::filesystem::remove(filler());
}

}  // namespace familiar::test::chaos
