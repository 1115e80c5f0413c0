#include "core/descriptor_limit.hpp"

namespace familiar::core {

namespace {

std::optional<rlimit> original;

}  // namespace

std::uint64_t descriptor_limit() noexcept {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
}

raised_descriptor_limit::raised_descriptor_limit() noexcept {
    rlimit before{};
    if (::getrlimit(RLIMIT_NOFILE, &before) != 0 || before.rlim_cur >= before.rlim_max) return;
    const rlimit raised{before.rlim_max, before.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) original = before;
}

raised_descriptor_limit::~raised_descriptor_limit() {
    if (original) ::setrlimit(RLIMIT_NOFILE, &*original);
    original.reset();
}

std::optional<rlimit> original_descriptor_limit() noexcept {
    return original;
}

}  // namespace familiar::core
