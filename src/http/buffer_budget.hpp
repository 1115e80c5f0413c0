#pragma once

#include <cstddef>

namespace familiar::http {

/// How many bytes of bodies all requests together may hold (limits::max_buffered), of one server or of several.
class buffer_budget {
public:
    explicit buffer_budget(std::size_t limit) : limit_(limit) {}

    std::size_t left() const noexcept { return limit_ - used_; }

    /// The share of one request, given back before it is answered. It grows with the memory that what has arrived is
    /// kept in: a length that was merely announced holds nothing.
    class lease {
    public:
        explicit lease(buffer_budget& of) : of_(of) {}
        ~lease() { release(); }
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;

        /// False, and nothing changed, if the budget does not have it. Never shrinks.
        bool grow_to(std::size_t size) {
            if (size <= held_) return true;
            if (size - held_ > of_.left()) return false;
            of_.used_ += size - held_;
            held_ = size;
            return true;
        }

        void release() {
            of_.used_ -= held_;
            held_ = 0;
        }

    private:
        buffer_budget& of_;
        std::size_t held_ = 0;
    };

private:
    std::size_t limit_;
    std::size_t used_ = 0;
};

}  // namespace familiar::http
