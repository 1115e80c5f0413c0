#include "core/error.hpp"

#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

namespace familiar::core {

namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "familiar"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::timed_out:
                return "timed out";
            case errc::unavailable:
                return "unavailable for now";
            case errc::engine_unreachable:
                return "no Docker engine answers";
            case errc::forge_unreachable:
                return "the forge does not answer";
            case errc::image_missing:
                return "image missing";
            case errc::image_unsuitable:
                return "not a Familiar agent image";
            case errc::name_taken:
                return "container name taken";
            case errc::no_such_container:
                return "no such container";
            case errc::program_missing:
                return "program not found";
            case errc::child_failed:
                return "the program failed";
            case errc::authentication_failed:
                return "authentication failed";
            case errc::not_found:
                return "not found";
            case errc::ref_missing:
                return "no such ref";
            case errc::invalid:
                return "invalid input";
            case errc::conflict:
                return "not possible in this state";
            case errc::too_large:
                return "too large";
            case errc::busy:
                return "in use by another process";
            case errc::storage_full:
                return "no space left";
            case errc::storage_failed:
                return "storage failed";
            case errc::newer_schema:
                return "database of a newer version";
            case errc::shutting_down:
                return "shutting down";
            case errc::left_running:
                return "left running";
            case errc::refused:
                return "refused";
            case errc::not_wanted:
                return "switched off by the repository";
            case errc::head_moved:
                return "the head has moved";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

std::string describe(const error& failure) {
    return failure.message.empty() ? failure.code.message() : failure.message;
}

bool is_transient(const error& failure) noexcept {
    return failure.code.category() == error_category() && is_transient(static_cast<errc>(failure.code.value()));
}

bool is_transient(errc code) noexcept {
    switch (code) {
        case errc::timed_out:
        case errc::unavailable:
        case errc::engine_unreachable:
        case errc::forge_unreachable:
        case errc::busy:
            return true;
        default:
            return false;
    }
}

void throw_exception_from_error(const error& failure, const boost::source_location& where) {
    boost::throw_exception(boost::system::system_error(failure.code, failure.message), where);
}

error fail(errc code, std::string message) {
    return {make_error_code(code), std::move(message)};
}

}  // namespace familiar::core
