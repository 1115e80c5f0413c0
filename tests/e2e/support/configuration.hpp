#pragma once

#include <map>
#include <string>
#include <vector>

namespace familiar::test {

/// A configuration file, put together by dotted keys: {"agents.timeout", "3s"}. Values are YAML.
class configuration {
public:
    using entries = std::map<std::string, std::string>;

    explicit configuration(entries of = {}) : values_(std::move(of)) {}

    void set(const std::string& key, const std::string& value) { values_[key] = value; }
    void set(const entries& more) {
        for (const auto& [key, value] : more) set(key, value);
    }
    void unset(const std::string& key) { values_.erase(key); }

    std::string yaml() const;

private:
    entries values_;
};

/// A YAML scalar that is exactly this text.
std::string yaml_text(const std::string& text);

}  // namespace familiar::test
