#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace familiar::process {

/// Cuts a stream of pieces into lines.
class line_splitter {
public:
    /// A line of more than `longest` bytes is handed over in pieces of that size.
    line_splitter(std::function<void(std::string_view)> sink, std::size_t longest)
        : sink_(std::move(sink)), longest_(longest) {}

    void feed(std::string_view piece) {
        while (!piece.empty()) {
            const auto newline = piece.find('\n');
            const auto part = piece.substr(0, std::min(newline, longest_ - begun_.size()));
            begun_.append(part);
            piece.remove_prefix(part.size());
            if (piece.starts_with('\n')) {
                piece.remove_prefix(1);
                hand_over();
            } else if (begun_.size() == longest_ && !piece.empty()) {
                hand_over();
            }
        }
    }

    /// The stream has ended: what there is of a line without a newline is a line too.
    void finish() {
        if (!begun_.empty()) hand_over();
    }

private:
    void hand_over() {
        const std::string line = std::exchange(begun_, {});
        sink_(line);
    }

    std::function<void(std::string_view)> sink_;
    std::size_t longest_;
    std::string begun_;
};

}  // namespace familiar::process
