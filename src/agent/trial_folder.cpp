#include "agent/trial_folder.hpp"

#include "core/os_error.hpp"
#include "core/ulid.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>

namespace familiar::agent {

namespace fs = std::filesystem;

core::result<trial_folder> trial_folder::make(const fs::path& parent) {
    // The innermost folder first, until there is one.
    std::vector<fs::path> missing{parent / ("doctor-" + core::make_ulid())};
    std::error_code unknown;
    for (auto above = parent; above.has_relative_path() && !fs::exists(above, unknown); above = above.parent_path())
        missing.push_back(above);

    trial_folder made;
    for (auto next = missing.rbegin(); next != missing.rend(); ++next) {
        if (::mkdir(next->c_str(), 0700) != 0) {
            const int number = errno;
            return core::fail(core::storage_errc(number),
                              "cannot make a folder in " + next->parent_path().string() + ": " + core::os_text(number));
        }
        made.made_.push_back(*next);
    }
    return made;
}

trial_folder::~trial_folder() {
    if (made_.empty()) return;
    std::error_code ignored;
    // A trial that failed half-way has only made folders of others; what somebody else has put into them stays.
    if (made_.back().filename().string().starts_with("doctor-")) {
        fs::remove_all(made_.back(), ignored);
        made_.pop_back();
    }
    for (auto last = made_.rbegin(); last != made_.rend(); ++last) fs::remove(*last, ignored);
}

}  // namespace familiar::agent
