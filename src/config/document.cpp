#include "config/document.hpp"

#include "config/document_count.hpp"
#include "config/section.hpp"
#include "config/suggest.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace familiar::config {

namespace {

place place_of(const YAML::Mark& mark) {
    return mark.is_null() ? place{} : place{mark.line + 1, mark.column + 1};
}

std::string joined(const std::string& section, const std::string& name) {
    return section.empty() ? name : section + '.' + name;
}

std::vector<problem> by_line(std::vector<problem> problems) {
    std::ranges::sort(problems, {}, [](const problem& each) { return std::tie(each.line, each.column, each.message); });
    return problems;
}

/// Keys and values come into messages as they were written, but not with their line ends.
std::string one_line(std::string message) {
    std::ranges::replace_if(message, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
    return message;
}

/// What yaml-cpp says, and what to do where its words don't tell.
std::string explained(const YAML::Exception& failure, const std::string& text) {
    const bool flow = failure.msg.find("flow") != std::string::npos;
    if (flow && text.find("${") != std::string::npos)
        return "not YAML: " + failure.msg + "; inside [ ] and { } a ${VARIABLE} must stand in quotes";
    if (failure.msg == "illegal block entry" || text.find('\t') != std::string::npos)
        return "not YAML: " + failure.msg + "; indent with blanks, not with tabs";
    return "not YAML: " + failure.msg;
}

bool is_suggested(document::name_kind kind) {
    return kind == document::name_kind::key || kind == document::name_kind::twin;
}

}  // namespace

place place_of(const YAML::Node& node) {
    return place_of(node.Mark());
}

document::document(const std::string& text, std::string file_name, std::optional<environment> variables)
    : file_(std::move(file_name)), variables_(std::move(variables)) {
    parse(text);
    if (readable() && !top_.IsMap() && !top_.IsNull())
        error(place_of(top_), "must be a mapping of sections, such as \"server:\"");
}

void document::parse(const std::string& text) {
    if (text.size() > max_bytes) return error({}, "is larger than 1 MiB");
    try {
        if (const auto more = find_excess(text))
            return error(place_of(more->where), more->stuck ? "not YAML: neither a key nor a value begins like this"
                                                            : "a second YAML document; there may be only one");
        top_ = YAML::Load(text);
    } catch (const YAML::DeepRecursion& failure) {
        error(place_of(failure.mark), "not a configuration: nested too deep");
    } catch (const YAML::Exception& failure) {
        error(place_of(failure.mark), explained(failure, text));
    }
}

section document::root() {
    auto& top = mappings_[""];
    open(top, top_);
    return {*this, "", top};
}

void document::open(mapping& into, const YAML::Node& node) {
    if (!node.IsMap()) return;
    for (const auto& pair : node) {
        const auto where = place_of(pair.first);
        if (!pair.first.IsScalar()) {
            error(where, "a key must be a plain word");
            continue;
        }
        const auto& name = pair.first.Scalar();
        const auto [known, added] = into.entries.try_emplace(name, entry{where, pair.second});
        if (added) continue;
        error(where, joined(into.written, name) + ": stands here twice, first in line " +
                         std::to_string(known->second.key.line));
    }
}

void document::error(place where, const std::string& message) {
    errors_.push_back({file_, where.line, where.column, one_line(message)});
}

void document::warn(place where, const std::string& message) {
    warnings_.push_back({file_, where.line, where.column, one_line(message)});
}

void document::report_unknown_keys() {
    for (const auto& [section, content] : mappings_)
        for (const auto& [name, value] : content.entries)
            if (!content.names.contains(name))
                error(value.key, joined(content.written, name) + ": unknown key" + hint_for(content, name));
}

std::string document::hint_for(const mapping& in, const std::string& unknown) const {
    std::set<std::string> here;
    for (const auto& [name, kind] : in.names)
        if (is_suggested(kind)) here.insert(name);
    if (const auto meant = nearest(unknown, here); !meant.empty()) return "; did you mean " + meant + "?";
    std::string elsewhere;
    for (const auto& [section, content] : mappings_) {
        const auto found = content.names.find(unknown);
        if (found == content.names.end() || !is_suggested(found->second)) continue;
        const auto where = section.empty() ? unknown + " at the top" : joined(section, unknown);
        elsewhere += (elsewhere.empty() ? "; there is " : " and ") + where;
    }
    return elsewhere;
}

const document::mention* document::find(const std::string& key) const {
    const auto found = set_.find(key);
    return found == set_.end() ? nullptr : &found->second;
}

std::vector<std::string> document::keys() const {
    std::vector<std::string> found;
    for (const auto& [section, content] : mappings_)
        for (const auto& [name, kind] : content.names) {
            const auto key = joined(section, name);
            const auto inner = mappings_.find(key);
            const bool has_keys = inner != mappings_.end() && !inner->second.names.empty();
            if (kind == name_kind::key && !has_keys) found.push_back(key);
        }
    return found;
}

std::vector<problem> document::errors() const {
    return by_line(errors_);
}
std::vector<problem> document::warnings() const {
    return by_line(warnings_);
}

}  // namespace familiar::config
