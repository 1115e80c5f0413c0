#include "core/os_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace familiar::core {

namespace {

struct row {
    int number;
    errc meaning;
};

constexpr std::array rows{
    row{ENOSPC, errc::storage_full},
    row{EDQUOT, errc::storage_full},
    row{EFBIG, errc::storage_full},

    row{EACCES, errc::storage_failed},
    row{EPERM, errc::storage_failed},
    row{EROFS, errc::storage_failed},
    row{EIO, errc::storage_failed},
    row{ENXIO, errc::storage_failed},
    row{ENODEV, errc::storage_failed},
    row{ESTALE, errc::storage_failed},
    row{EUCLEAN, errc::storage_failed},  // a damaged file system

    row{ENOENT, errc::not_found},
    row{ENOTDIR, errc::not_found},
    row{EEXIST, errc::conflict},
    row{ENOTEMPTY, errc::conflict},
    row{E2BIG, errc::too_large},
    row{ENAMETOOLONG, errc::too_large},

    row{ECONNREFUSED, errc::unavailable},
    row{ECONNRESET, errc::unavailable},
    row{ECONNABORTED, errc::unavailable},
    row{ENOTCONN, errc::unavailable},
    row{EPIPE, errc::unavailable},
    row{ENETRESET, errc::unavailable},
    row{ENETDOWN, errc::unavailable},
    row{ENETUNREACH, errc::unavailable},
    row{EHOSTDOWN, errc::unavailable},
    row{EHOSTUNREACH, errc::unavailable},
    row{EADDRNOTAVAIL, errc::unavailable},  // of a connect: no port of ours is free
    row{ETIMEDOUT, errc::timed_out},

    row{EMFILE, errc::unavailable},
    row{ENFILE, errc::unavailable},
    row{ENOMEM, errc::unavailable},
    row{ENOBUFS, errc::unavailable},
    row{EAGAIN, errc::unavailable},  // of a fork: RLIMIT_NPROC, or the pids of the control group
    row{EINTR, errc::unavailable},
    row{EBUSY, errc::busy},
    row{ETXTBSY, errc::busy},
    row{EDEADLK, errc::busy},
    row{ENOLCK, errc::busy},
};

}  // namespace

errc os_errc(int number, errc otherwise) noexcept {
    const auto found = std::ranges::find(rows, number, &row::number);
    return found == rows.end() ? otherwise : found->meaning;
}

errc storage_errc(int number) noexcept {
    const auto meaning = os_errc(number, errc::storage_failed);
    return meaning == errc::storage_full || is_transient(meaning) ? meaning : errc::storage_failed;
}

errc storage_errc(const std::error_code& failed) noexcept {
    const bool from_system =
        failed.category() == std::system_category() || failed.category() == std::generic_category();
    return from_system ? storage_errc(failed.value()) : errc::storage_failed;
}

bool means_full(int number) noexcept {
    return os_errc(number, errc::storage_failed) == errc::storage_full;
}

std::string os_text(int number) {
    return std::generic_category().message(number);
}

}  // namespace familiar::core
