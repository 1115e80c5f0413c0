#pragma once

#include "config/env_file.hpp"
#include "config/problem.hpp"

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::config {

class section;

/// A position in the file, from 1; line 0 is the file as a whole.
struct place {
    int line = 0;
    int column = 0;
};

/// One configuration file while it is read. It collects what is wrong with it, and remembers which keys the readers
/// asked for and which of them the file sets, so that unknown keys and keys without an effect fall out of the reading
/// itself.
class document {
public:
    /// A larger file is refused: a configuration is written by hand.
    static constexpr std::size_t max_bytes = 1 << 20;

    /// What a name is that the readers ask for: a key; the `x_file` of a secret x; a key of the Go program; one that
    /// the user chose (a variable of agents.env).
    enum class name_kind { key, twin, old, free };

    /// Parses the text; what isn't YAML becomes an error and leaves nothing to read. Without variables, and be they
    /// none, a `${...}` in a value is text like any other.
    document(const std::string& text, std::string file_name, std::optional<environment> variables);

    /// False if the text isn't YAML: reading on would only complain of what is missing.
    bool readable() const noexcept { return errors_.empty(); }

    /// The top of the file.
    section root();

    void error(place where, const std::string& message);
    void warn(place where, const std::string& message);

    /// Call it after everything was read: each key that nobody asked for is an error, with the key that was meant.
    void report_unknown_keys();

    /// A key that the file gives a value: as it is written there, and where.
    struct mention {
        std::string written;
        place where;
    };

    /// Whether the file sets the dotted key, under its own or an old name. Sections count if they set anything.
    const mention* find(const std::string& key) const;

    /// The names of the Go program that the file uses, in the order in which they were read.
    const std::vector<mention>& old_names() const noexcept { return old_names_; }

    /// All keys that were asked for, dotted, without old names, twins (`x_file`) and sections that have keys
    /// themselves.
    std::vector<std::string> keys() const;

    /// In the order of the lines.
    std::vector<problem> errors() const;
    std::vector<problem> warnings() const;

private:
    friend class section;

    struct entry {
        place key;
        YAML::Node value;
    };

    /// One mapping of the file, or one that the file could have.
    struct mapping {
        std::string written;  ///< its dotted name as the file has it; empty for the top
        std::map<std::string, entry> entries;
        std::map<std::string, name_kind> names;  ///< what the readers asked for
    };

    void parse(const std::string& text);
    void open(mapping& into, const YAML::Node& node);
    std::string hint_for(const mapping& in, const std::string& unknown) const;

    std::string file_;
    std::optional<environment> variables_;
    YAML::Node top_;
    std::map<std::string, mapping> mappings_;  ///< by dotted name of today
    std::map<std::string, mention> set_;
    std::map<std::string, std::vector<std::string>> unset_;  ///< the variables that left a key empty
    std::vector<mention> old_names_;
    std::vector<problem> errors_;
    std::vector<problem> warnings_;
};

/// Where a node begins.
place place_of(const YAML::Node& node);

}  // namespace familiar::config
