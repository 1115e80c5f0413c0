#include "webhook/payload.hpp"

#include "core/surrogates.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <algorithm>

namespace familiar::webhook {

namespace json = boost::json;

namespace {

// Payloads of both forges nest less than ten deep.
constexpr std::size_t deepest = 64;

core::result<json::object> read_object(std::string_view body, selection wanted, const json::storage_ptr& storage) {
    boost::system::error_code failed;
    auto value = read_selected(body, wanted, deepest, storage, failed);
    if (failed) {
        // Boost.JSON has no single error code for a lone surrogate, so whether there was one is asked of the text.
        if (const auto repaired = core::replace_lone_surrogates(body); repaired != body) {
            failed.clear();
            value = read_selected(repaired, wanted, deepest, storage, failed);
        }
    }
    if (failed) return core::fail(core::errc::invalid, "the body is not JSON: " + failed.message());
    if (!value.is_object()) return core::fail(core::errc::invalid, "the body is JSON, but not an object");
    return std::move(value.get_object());
}

bool is_path_segment(std::string_view segment) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    constexpr std::size_t longest = 250;
    return !segment.empty() && segment.size() <= longest && segment != "." && segment != ".." &&
           !segment.ends_with(".git") && segment.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_repository_path(std::string_view path, std::size_t most_segments) {
    std::size_t segments = 0;
    while (true) {
        const auto slash = path.find('/');
        ++segments;
        if (!is_path_segment(path.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return segments >= 2 && segments <= most_segments;
        path.remove_prefix(slash + 1);
    }
}

bool is_commit_id(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_branch_name(std::string_view name) {
    if (name.empty() || name == "@" || name.starts_with('-') || name.ends_with('.') || name.ends_with('/'))
        return false;
    // The third is what stands for bytes that were no UTF-8: the real name is lost, and a push would make another
    // branch.
    for (const std::string_view part : {"..", "@{", "\xEF\xBF\xBD"})
        if (name.find(part) != std::string_view::npos) return false;
    const bool forbidden = std::any_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
               std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
    });
    if (forbidden) return false;
    for (auto rest = name; !rest.empty();) {
        const auto slash = rest.find('/');
        const auto part = rest.substr(0, slash);
        if (part.empty() || part.starts_with('.') || part.ends_with(".lock")) return false;
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    return true;
}

}  // namespace

parsed parse_body(std::string_view body, selection wanted, const field_reader& read) {
    json::monotonic_resource arena;
    const auto object = read_object(body, wanted, &arena);
    if (!object) return bad_request{core::describe(object.error())};
    std::string fault;
    return read(event::fields(*object, fault), fault);
}

std::string plain_header(const request& incoming, std::string_view name) {
    constexpr std::size_t longest = 128;
    auto value = incoming.header(name).value_or("");
    const bool plain = value.size() <= longest &&
                       std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    return plain ? value : std::string();
}

std::string delivery_id(const request& incoming, std::string_view name) {
    auto id = plain_header(incoming, name);
    return id.empty() ? "sha256-" + core::sha256_hex(incoming.body) : id;
}

std::int64_t read_positive(const event::fields& in, std::string_view name) {
    const auto number = in.number(name);
    if (number <= 0) in.reject(name);
    return number;
}

std::string read_path(const event::fields& in, std::string_view name, std::size_t most_segments) {
    auto path = in.text(name);
    if (!is_repository_path(path, most_segments)) in.reject(name);
    return path;
}

std::string maybe_commit(const event::fields& in, std::string_view name) {
    auto id = in.maybe_text(name);
    if (!id.empty() && !is_commit_id(id)) in.reject(name);
    return id;
}

std::string read_commit(const event::fields& in, std::string_view name) {
    auto id = in.text(name);
    if (!is_commit_id(id)) in.reject(name);
    return id;
}

std::string maybe_branch(const event::fields& in, std::string_view name) {
    auto branch = in.maybe_text(name);
    if (!branch.empty() && !is_branch_name(branch)) in.reject(name);
    return branch;
}

parsed unless_malformed(event::event value, const std::string& fault) {
    if (!fault.empty()) return malformed(fault);
    return value;
}

ignored malformed(std::string field) {
    return {.reason = "not the documented shape: " + field, .malformed = true, .field = std::move(field)};
}

}  // namespace familiar::webhook
