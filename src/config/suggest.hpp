#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace familiar::config {

/// How many letters have to be inserted, deleted, replaced or swapped with their neighbour to make one word the other
/// ("optimal string alignment").
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The word that was probably meant: the nearest one, if no more than a third of the letters differ. Empty if none is
/// near.
std::string nearest(std::string_view word, const std::set<std::string>& words);

}  // namespace familiar::config
