#include "config/secrets.hpp"

#include "config/files.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace familiar::config {

namespace {

constexpr std::size_t max_secret_bytes = std::size_t{64} * 1024;
constexpr std::string_view twin_ending = "_file";

std::string twin_of(const std::string& name) {
    return name + std::string(twin_ending);
}

std::optional<core::secret> from_file(section& from, const std::string& twin, const scalar& path) {
    auto content = read_small_file(path.text, max_secret_bytes);
    if (!content) {
        from.fail(twin, path.where, "cannot read " + path.text + ": " + content.error().message);
        return std::nullopt;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    if (content->empty()) {
        from.fail(twin, path.where, "the file " + path.text + " is empty");
        return std::nullopt;
    }
    return core::secret(std::move(*content));
}

/// Knows both names, and complains if both have a value.
void check_twins(section& from, const std::string& name, bool here, const std::vector<scalar>& paths) {
    if (here && !paths.empty())
        from.fail(twin_of(name), from.where(twin_of(name)), "stands beside " + name + "; only one of them may");
}

bool is_secret_file_name(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    };
    return !name.empty() && name.size() <= 100 && !name.starts_with('.') && std::ranges::all_of(name, allowed);
}

}  // namespace

void read_secrets(section& from, const std::string& name, std::vector<core::secret>& target) {
    from.know(twin_of(name), document::name_kind::twin);
    const auto values = from.take_list(name, list_form::list_or_single);
    const auto paths = from.take_list(twin_of(name), list_form::list_or_single);
    check_twins(from, name, !values.empty(), paths);
    for (const auto& value : values) target.emplace_back(value.text);
    for (const auto& path : paths)
        if (auto secret = from_file(from, twin_of(name), path)) target.push_back(std::move(*secret));
}

void read_secret(section& from, const std::string& name, core::secret& target) {
    from.know(twin_of(name), document::name_kind::twin);
    const auto value = from.take(name);
    const auto path = from.take(twin_of(name));
    if (path) check_twins(from, name, value.has_value(), {*path});
    if (value) target = core::secret(value->text);
    if (!value && path) target = from_file(from, twin_of(name), *path).value_or(core::secret());
}

void read_secret_files(section& from, const std::string& name, std::map<std::string, core::secret>& target) {
    auto files = from.child(name);
    for (const auto& key : files.names()) {
        const bool twin = key.ends_with(twin_ending) && key != twin_ending;
        const auto file = twin ? key.substr(0, key.size() - twin_ending.size()) : key;
        files.know(key, document::name_kind::free);
        files.know(twin_of(key), document::name_kind::free);
        if (!is_secret_file_name(file)) {
            files.fail(key, files.where(key),
                       "is no file name for a secret: letters, digits, dots, dashes and underscores, no dot in front");
            continue;
        }
        if (file.starts_with("git_")) {
            files.fail(key, files.where(key),
                       "is a name of git's credential helper: choose one that does not begin with git_");
            continue;
        }
        if (file == "gh" || file == "glab") {
            files.fail(
                key, files.where(key),
                "is the name of a folder in which the program " + file + " finds its credentials: choose another one");
            continue;
        }
        const auto value = files.take(key);
        if (!value) {
            files.warn(key, files.where(key), "is empty" + files.why_empty(key) + "; agents get no such file");
            continue;
        }
        if (twin && files.has(file)) {
            check_twins(files, file, true, {*value});
            continue;
        }
        auto secret = twin ? from_file(files, key, *value) : core::secret(value->text);
        if (secret) target.insert_or_assign(file, std::move(*secret));
    }
}

}  // namespace familiar::config
