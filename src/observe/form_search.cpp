#include "observe/form_search.hpp"

#include <utility>

namespace familiar::observe {

form_search::form_search(const std::set<std::string>& forms) {
    for (const auto& form : forms) add(form);
    link_shorter();
}

void form_search::add(std::string_view form) {
    for (const char second : {form[1], '\n', '\r'}) beginnings_.set(pair(form[0], second));
    state at = nothing;
    for (const char byte : form) {
        auto following = child(at, byte);
        if (following == nothing) {
            following = static_cast<state>(nodes_.size());
            node added;
            added.depth = nodes_[at].depth + 1;
            added.byte = byte;
            added.sibling = std::exchange(nodes_[at].first_child, following);
            nodes_.push_back(added);
            if (at == nothing) first_[static_cast<unsigned char>(byte)] = following;
        }
        at = following;
    }
    nodes_[at].ending = nodes_[at].depth;
}

/// Breadth first, since a shorter beginning is what its parent's leads to.
void form_search::link_shorter() {
    std::vector<state> order;
    order.reserve(nodes_.size());
    for (const auto at : first_)
        if (at != nothing) order.push_back(at);
    for (std::size_t done = 0; done < order.size(); ++done) {
        const auto parent = order[done];
        for (auto at = nodes_[parent].first_child; at != nothing; at = nodes_[at].sibling) {
            nodes_[at].shorter = next(nodes_[parent].shorter, nodes_[at].byte);
            if (nodes_[at].ending == 0) nodes_[at].ending = nodes_[nodes_[at].shorter].ending;
            order.push_back(at);
        }
    }
}

form_search::state form_search::child(state of, char byte) const noexcept {
    if (of == nothing) return first_[static_cast<unsigned char>(byte)];
    auto at = nodes_[of].first_child;
    while (at != nothing && nodes_[at].byte != byte) at = nodes_[at].sibling;
    return at;
}

form_search::state form_search::next(state from, char byte) const noexcept {
    for (;;) {
        const auto following = child(from, byte);
        if (following != nothing || from == nothing) return following;
        from = nodes_[from].shorter;
    }
}

bool form_search::occurs_in(std::string_view text) const noexcept {
    auto at = nothing;
    for (std::size_t place = 0; place < text.size(); ++place) {
        if (at == nothing) place = skip(text, place);
        at = next(at, text[place]);
        if (ending(at) != 0) return true;
    }
    return false;
}

std::size_t form_search::skip(std::string_view text, std::size_t from) const noexcept {
    while (from + 1 < text.size() && !beginnings_[pair(text[from], text[from + 1])]) ++from;
    return from;
}

}  // namespace familiar::observe
