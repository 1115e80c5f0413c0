#pragma once

#include "config/document.hpp"
#include "core/error.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace familiar::config {

/// A single value of the file after its variables were replaced.
struct scalar {
    std::string text;
    place where;
    std::vector<std::string> unset;  ///< variables in it that had no value
};

/// " (the environment variable X is not set)", or nothing if none is missing.
std::string why_empty(const std::vector<std::string>& unset);

/// Whether a list may be written as a single value, and whether empty elements count.
enum class list_form { list, list_or_single, list_with_empty };

/// One mapping of a document, read key by key. Every question makes its key known; a value that doesn't fit becomes an
/// error of the document and leaves the target as it was. A key without a value (null, or empty after interpolation)
/// counts as absent, and why it is empty is remembered. A handle: the document must outlive it.
class section {
public:
    /// The mapping under `name`, or under the name that the Go program has for it; empty if there is none.
    section child(const std::string& name, const std::string& old_name = {});

    /// Reads a value: `convert` gives a `core::result` of something that T is made from, or says what it must be.
    template <class T, class Convert>
    void read(const std::string& name, T& target, const Convert& convert) {
        if (const auto value = take(name)) assign(name, *value, target, convert);
    }

    /// Reads the Go program's name for `name`, after `name` itself; both together are an error.
    template <class T, class Convert>
    void read_old(const std::string& old_name, const std::string& name, T& target, const Convert& convert) {
        if (const auto value = take_old(old_name, name)) assign(old_name, *value, target, convert);
    }

    /// Reads a list of values that are each converted; the target is replaced if the file has any.
    template <class T, class Convert>
    void read_list(const std::string& name, std::vector<T>& target, const Convert& convert,
                   list_form form = list_form::list) {
        std::vector<T> values;
        for (const auto& value : take_list(name, form)) {
            T converted{};
            if (assign(name, value, converted, convert)) values.push_back(std::move(converted));
        }
        if (has(name)) target = std::move(values);
    }

    /// The text under a name, for readers that need more than `read`.
    std::optional<scalar> take(const std::string& name);
    std::optional<scalar> take_old(const std::string& old_name, const std::string& name);
    std::vector<scalar> take_list(const std::string& name, list_form form);

    /// Makes a name known before it is read, as something else than a key.
    void know(const std::string& name, document::name_kind kind);

    /// The names that the file has here, known or not.
    std::vector<std::string> names() const;

    /// Whether the file gives the key a value, under its own or an old name.
    bool has(const std::string& name) const;

    /// Where the key stands, be it without a value; line 0 if it is absent.
    place where(const std::string& name) const;

    /// " (the environment variable X is not set)" if that is why the key is empty.
    std::string why_empty(const std::string& name) const;

    /// "section.key: message" for a place in it.
    void fail(const std::string& name, place where, const std::string& message);
    void warn(const std::string& name, place where, const std::string& message);

    /// The dotted name of a key as people find it in the file.
    std::string written(const std::string& name) const;

private:
    friend class document;
    section(document& file, std::string path, document::mapping& content)
        : file_(&file), path_(std::move(path)), content_(&content) {}

    const document::entry* find(const std::string& name, document::name_kind kind);
    std::optional<scalar> expand(const std::string& name, const YAML::Node& node);
    void remember(const std::string& name, const std::string& today, place where);
    std::string dotted(const std::string& name) const { return path_.empty() ? name : path_ + '.' + name; }

    template <class T, class Convert>
    bool assign(const std::string& name, const scalar& value, T& target, const Convert& convert) {
        auto converted = convert(value.text);
        if (converted)
            target = static_cast<T>(std::move(*converted));
        else
            fail(name, value.where, converted.error().message + config::why_empty(value.unset));
        return converted.has_value();
    }

    document* file_;
    std::string path_;  ///< dotted name of today
    document::mapping* content_;
};

}  // namespace familiar::config
