#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::observe {

/// Finds all of many texts in one pass that costs the same however many there are (Aho and Corasick, "Efficient string
/// matching", 1975). Read byte by byte, it is at any time in a state: the longest of the beginnings of forms that the
/// text so far ends with.
class form_search {
public:
    using state = std::uint32_t;
    static constexpr state nothing = 0;  ///< the text ends with the beginning of no form

    form_search() = default;
    /// Each of at least two bytes.
    explicit form_search(const std::set<std::string>& forms);

    bool empty() const noexcept { return nodes_.size() <= 1; }

    state next(state from, char byte) const noexcept;

    /// How many bytes of a form the text ends with.
    std::size_t depth(state at) const noexcept { return nodes_[at].depth; }

    /// The size of the longest form that ends here; 0 if none does.
    std::size_t ending(state at) const noexcept { return nodes_[at].ending; }

    /// Whether a form lies in `text`, not counting any that a line end interrupts.
    bool occurs_in(std::string_view text) const noexcept;

    /// From state `nothing`: the first place, not before `from`, where a form may begin, also one that a line end
    /// interrupts; the last byte may always.
    /// Several times as fast as next(), and most of a log is skipped by it.
    std::size_t skip(std::string_view text, std::size_t from) const noexcept;

private:
    /// A beginning of a form. 64 KiB, the longest secret, make half a million of them, so they are kept small: their
    /// continuations are a list, which is one entry long nearly everywhere.
    struct node {
        state first_child = nothing;
        state sibling = nothing;
        state shorter = nothing;  ///< the longest beginning of a form that this ends with
        std::uint32_t depth = 0;
        std::uint32_t ending = 0;
        char byte = 0;
    };

    void add(std::string_view form);
    void link_shorter();
    state child(state of, char byte) const noexcept;
    static std::size_t pair(char first, char second) noexcept {
        return std::size_t{static_cast<unsigned char>(first)} << 8 | static_cast<unsigned char>(second);
    }

    std::vector<node> nodes_{1};
    std::array<state, 256> first_{};   ///< the continuations of `nothing`
    std::bitset<65536> beginnings_{};  ///< two bytes of a text that a form may begin with
};

}  // namespace familiar::observe
