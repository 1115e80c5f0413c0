#include "core/os_error.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace familiar;
using core::errc;
using core::os_errc;
using core::storage_errc;

namespace {

struct row {
    int number;
    errc of_the_world;
    errc of_a_file;
};

constexpr row rows[] = {
    {ENOSPC, errc::storage_full, errc::storage_full},
    {EDQUOT, errc::storage_full, errc::storage_full},
    {EFBIG, errc::storage_full, errc::storage_full},
    {EACCES, errc::storage_failed, errc::storage_failed},
    {EPERM, errc::storage_failed, errc::storage_failed},
    {EROFS, errc::storage_failed, errc::storage_failed},
    {EIO, errc::storage_failed, errc::storage_failed},
    {ENOENT, errc::not_found, errc::storage_failed},
    {ENOTDIR, errc::not_found, errc::storage_failed},
    {EEXIST, errc::conflict, errc::storage_failed},
    {E2BIG, errc::too_large, errc::storage_failed},
    {ECONNREFUSED, errc::unavailable, errc::unavailable},
    {ECONNRESET, errc::unavailable, errc::unavailable},
    {EPIPE, errc::unavailable, errc::unavailable},
    {ENETUNREACH, errc::unavailable, errc::unavailable},
    {EHOSTUNREACH, errc::unavailable, errc::unavailable},
    {ETIMEDOUT, errc::timed_out, errc::timed_out},
    {EMFILE, errc::unavailable, errc::unavailable},
    {ENFILE, errc::unavailable, errc::unavailable},
    {ENOMEM, errc::unavailable, errc::unavailable},
    {EAGAIN, errc::unavailable, errc::unavailable},
    {EBUSY, errc::busy, errc::busy},
    {ETXTBSY, errc::busy, errc::busy},
    {EXDEV, errc::child_failed, errc::storage_failed},
    {0, errc::child_failed, errc::storage_failed},
    {-1, errc::child_failed, errc::storage_failed},
};

/// What the system says to a write of this many bytes at once into a new file.
int errno_of_a_write(const std::filesystem::path& file, std::size_t size) {
    const int open = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (open < 0) return errno;
    const std::string bytes(size, 'x');
    int failed = 0;
    for (std::size_t written = 0; written < size && failed == 0;) {
        const auto count = ::write(open, bytes.data() + written, size - written);
        if (count < 0) failed = errno;
        if (count > 0) written += static_cast<std::size_t>(count);
    }
    ::close(open);
    return failed;
}

int errno_of_an_open(const char* file) {
    const int open = ::open(file, O_WRONLY | O_CLOEXEC);
    const int failed = open < 0 ? errno : 0;
    if (open >= 0) ::close(open);
    return failed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error_numbers)

BOOST_AUTO_TEST_CASE(each_has_its_meaning_and_the_unknown_have_the_callers) {
    for (const auto& [number, of_the_world, of_a_file] : rows) {
        BOOST_TEST((os_errc(number, errc::child_failed) == of_the_world), core::os_text(number));
        BOOST_TEST((storage_errc(number) == of_a_file), core::os_text(number));
        BOOST_TEST(core::means_full(number) == (of_a_file == errc::storage_full), core::os_text(number));
    }
}

BOOST_AUTO_TEST_CASE(the_librarys_codes_are_the_systems) {
    BOOST_TEST((storage_errc(std::make_error_code(std::errc::no_space_on_device)) == errc::storage_full));
    BOOST_TEST((storage_errc(std::error_code(EMFILE, std::system_category())) == errc::unavailable));
    BOOST_TEST((storage_errc(std::make_error_code(std::io_errc::stream)) == errc::storage_failed));
}

BOOST_AUTO_TEST_CASE(a_full_disk_of_the_real_system_is_full) {
    BOOST_TEST(errno_of_a_write("/dev/full", 1) == ENOSPC);
    BOOST_TEST((storage_errc(errno_of_a_write("/dev/full", 1)) == errc::storage_full));
}

BOOST_AUTO_TEST_CASE(a_file_beyond_the_limit_of_the_process_is_full) {
    const test::temporary_directory place;
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const int failed = errno_of_a_write(place / "large", 2000);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    BOOST_TEST(failed == EFBIG);
    BOOST_TEST((storage_errc(failed) == errc::storage_full));
}

BOOST_AUTO_TEST_CASE(a_folder_in_the_place_of_a_file_failed) {
    const int failed = errno_of_an_open("/");
    BOOST_TEST(failed == EISDIR);
    BOOST_TEST((storage_errc(failed) == errc::storage_failed));
    BOOST_TEST((storage_errc(errno_of_an_open("/nowhere/at/all")) == errc::storage_failed));
    BOOST_TEST((os_errc(errno_of_an_open("/nowhere/at/all"), errc::invalid) == errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_process_out_of_descriptors_may_try_again) {
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const int failed = errno_of_an_open("/dev/null");
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    BOOST_TEST(failed == EMFILE);
    BOOST_TEST((storage_errc(failed) == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_it_is_unavailable) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(1);
    const int connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int failed = connected == 0 ? 0 : errno;
    ::close(socket);
    BOOST_TEST(failed == ECONNREFUSED);
    BOOST_TEST((os_errc(failed, errc::invalid) == errc::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
