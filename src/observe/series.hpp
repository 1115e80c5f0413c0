#pragma once

#include <prometheus/family.h>
#include <prometheus/histogram.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace familiar::observe {

/// The series of a family, by the values of its labels, of which there are few. The family's own way to one is to make
/// a map of the labels and to hash it, which is most of what an event would cost (900 ns for a webhook's three, 155 ns
/// this way). Thread-safe.
template <class Metric, std::size_t labels>
class series {
public:
    using family = prometheus::Family<Metric>;
    using names = std::array<const char*, labels>;

    series(family& of, names label_names) : family_(of), names_(label_names) {}
    series(family& of, names label_names, prometheus::Histogram::BucketBoundaries buckets)
        : family_(of), names_(label_names), buckets_(std::move(buckets)) {}

    /// The one with these values, in the order of the names. The first call makes it, with the value 0.
    template <std::convertible_to<std::string_view>... Values>
        requires(sizeof...(Values) == labels)
    Metric& operator()(const Values&... values) {
        const std::array<std::string_view, labels> wanted{values...};
        const std::lock_guard lock(mutex_);
        auto found = known_.find(wanted);
        if (found == known_.end()) found = known_.emplace(key{std::string(values)...}, &add(wanted)).first;
        return *found->second;
    }

private:
    using key = std::array<std::string, labels>;

    struct before {
        using is_transparent = void;
        bool operator()(const auto& one, const auto& other) const {
            return std::ranges::lexicographical_compare(
                one, other, [](std::string_view left, std::string_view right) { return left < right; });
        }
    };

    Metric& add(const std::array<std::string_view, labels>& values) {
        prometheus::Labels labelled;
        for (std::size_t at = 0; at < labels; ++at) labelled.emplace(names_[at], values[at]);
        if constexpr (std::is_same_v<Metric, prometheus::Histogram>)
            return family_.Add(labelled, buckets_);
        else
            return family_.Add(labelled);
    }

    family& family_;
    const names names_;
    const prometheus::Histogram::BucketBoundaries buckets_{};
    std::mutex mutex_{};
    std::map<key, Metric*, before> known_{};
};

}  // namespace familiar::observe
