#include "observe/bug.hpp"

#include "observe/log.hpp"

#include <string>

namespace familiar::observe {

namespace {

std::string text_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
        return failure.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

}  // namespace

void log_bug(std::string_view where, const std::exception_ptr& thrown, const fields& about) {
    error("internal error " + std::string(where), about, {{"reason", text_of(thrown)}});
}

}  // namespace familiar::observe
