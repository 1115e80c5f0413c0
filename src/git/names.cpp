#include "git/names.hpp"

#include <algorithm>

namespace familiar::git {

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// One segment of a ref between slashes (source: git-check-ref-format(1), rules 1 and 6).
bool is_ref_segment(std::string_view segment) noexcept {
    return !segment.empty() && !segment.starts_with('.') && !segment.ends_with(".lock");
}

bool is_folder_name(std::string_view segment) noexcept {
    return !segment.empty() && segment.size() <= 255 && segment != "." && segment != ".." &&
           !segment.ends_with(".git") && std::ranges::none_of(segment, is_control);
}

/// Applies `good` to each part of `text` between slashes and counts them; 0 if one is not good.
template <class Predicate>
std::size_t count_segments(std::string_view text, Predicate good) noexcept {
    for (std::size_t count = 1;; ++count) {
        const auto slash = text.find('/');
        if (!good(text.substr(0, slash))) return 0;
        if (slash == std::string_view::npos) return count;
        text.remove_prefix(slash + 1);
    }
}

core::error invalid(std::string_view what, std::string_view value) {
    return core::fail(core::errc::invalid, std::string(what) + " '" + std::string(value) + "'");
}

}  // namespace

bool is_branch_name(std::string_view name) noexcept {
    constexpr std::string_view forbidden = " ~^:?*[\\";
    if (name.empty() || name.size() > 1024 || name == "HEAD" || name == "@" || name.starts_with('-')) return false;
    if (name.ends_with('.') || name.find("..") != name.npos || name.find("@{") != name.npos) return false;
    if (std::ranges::any_of(name, is_control) || name.find_first_of(forbidden) != name.npos) return false;
    return count_segments(name, is_ref_segment) > 0;
}

bool is_head_ref(std::string_view ref) noexcept {
    for (const std::string_view prefix : {"refs/pull/", "refs/merge-requests/"}) {
        if (!ref.starts_with(prefix) || !ref.ends_with("/head")) continue;
        ref.remove_prefix(prefix.size());
        ref.remove_suffix(std::min<std::size_t>(ref.size(), 5));
        return !ref.empty() && ref.size() <= 19 && ref[0] != '0' && std::ranges::all_of(ref, is_digit);
    }
    return false;
}

bool is_mirror_key(std::string_view key) noexcept {
    return key.size() <= 1024 && count_segments(key, is_folder_name) >= 2;
}

bool is_job_name(std::string_view name) noexcept {
    const auto plain = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, plain);
}

std::string url_scheme(std::string_view url) {
    for (const std::string_view scheme : {"https", "http", "git", "file"})
        if (url.starts_with(scheme) && url.substr(scheme.size()).starts_with("://")) return std::string(scheme);
    return {};
}

std::string url_origin(std::string_view url) {
    const auto scheme = url_scheme(url);
    if (scheme.empty() || scheme == "file") return {};
    const auto host = scheme.size() + 3;
    const auto slash = url.find('/', host);
    if (slash == std::string_view::npos || slash == host) return {};
    return std::string(url.substr(0, slash + 1));
}

core::result<void> check(const workspace_request& request) {
    const auto& url = request.from.url;
    if (!is_mirror_key(request.from.key)) return invalid("not the name of a repository:", request.from.key);
    if (url_scheme(url).empty() || (url_scheme(url) != "file" && url_origin(url).empty()))
        return invalid("not a clone URL with https, http, git or file:", url);
    if (url_origin(url).find('@') != std::string::npos)
        return core::fail(core::errc::invalid,
                          "a clone URL has no user or password in it; configure the token instead");
    if (std::ranges::any_of(url, is_control))
        return core::fail(core::errc::invalid, "a clone URL has control characters");
    if (!is_job_name(request.job)) return invalid("not the name of a job:", request.job);
    if (request.number <= 0) return invalid("not the number of a merge request:", std::to_string(request.number));
    if (!is_head_ref(request.head_ref)) return invalid("not the head of a merge request:", request.head_ref);
    if (!request.source_branch.empty() && !is_branch_name(request.source_branch))
        return invalid("the source branch has a name that git does not take for a branch:", request.source_branch);
    if (!request.target_branch.empty() && !is_branch_name(request.target_branch))
        return invalid("the target branch has a name that git does not take for a branch:", request.target_branch);
    return {};
}

branch_choice choose_branch(bool may_push, std::string_view source, std::string_view target,
                            const std::vector<std::string>& branches_at_head, std::int64_t number) {
    const branch_choice local{"familiar/mr-" + std::to_string(number), false};
    if (!may_push) return local;
    if (!source.empty()) return source == target ? local : branch_choice{std::string(source), true};

    const auto candidate = [&](const std::string& branch) { return branch != target && is_branch_name(branch); };
    if (std::ranges::count_if(branches_at_head, candidate) != 1) return local;
    return {*std::ranges::find_if(branches_at_head, candidate), true};
}

}  // namespace familiar::git
