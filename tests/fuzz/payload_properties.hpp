#pragma once

#include "event/event.hpp"
#include "fuzz/require.hpp"
#include "support/whole_payload.hpp"
#include "webhook/webhook.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

/// What must hold of anything that a payload was made into: git commands, folder names, log lines and database rows are
/// built from it.
namespace familiar::fuzz {

inline void require_path(std::string_view path) {
    require(path.find('/') != std::string_view::npos, "a repository's path has two segments");
    for (std::string_view rest = path;;) {
        const auto slash = rest.find('/');
        const auto segment = rest.substr(0, slash);
        require(!segment.empty() && segment != "." && segment != ".." && segment.size() <= 250,
                "every segment of a repository's path names something");
        require(std::ranges::all_of(segment, [](char c) { return c > ' ' && c < 0x7F && c != '\\' && c != ':'; }),
                "a repository's path is plain ASCII");
        if (slash == std::string_view::npos) return;
        rest.remove_prefix(slash + 1);
    }
}

inline void require_branch(std::string_view branch) {
    require(!branch.starts_with('-'), "a branch is no option of git");
    require(branch.find("..") == std::string_view::npos && branch.find(':') == std::string_view::npos,
            "a branch is no range and no refspec");
    require(std::ranges::none_of(branch, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }),
            "a branch has no blanks and no control characters");
}

inline void require_commit(std::string_view id) {
    require(id.empty() || id.size() == 40 || id.size() == 64, "a commit id has 40 or 64 digits");
    require(id.find_first_not_of("0123456789abcdef") == std::string_view::npos, "a commit id is hexadecimal");
}

/// JSON in which every string must be valid UTF-8, as the journal keeps it and agents get it; and back.
inline void require_same_when_read_back(const event::event& value) {
    const auto written = event::to_json(value);
    boost::system::error_code failed;
    const auto read = boost::json::parse(boost::json::serialize(written), failed);
    require(!failed && read.is_object(), "an event's JSON is JSON");
    const auto again = event::from_json(read.get_object());
    require(again.has_value(), "an event's JSON can be read back");
    require(event::to_json(*again) == written, "an event is the same when it is read back");
}

inline void require_sound(event::provider forge, const webhook::delivery& origin, std::string_view body) {
    const auto parsed = webhook::parse(forge, origin, body);
    require(test::described(parsed) == test::described(test::parse_whole(forge, origin, body)),
            "what is passed over of a payload makes no difference");
    if (const auto* refused = std::get_if<webhook::bad_request>(&parsed))
        return require(!refused->reason.empty(), "what is refused has a reason");
    if (const auto* ignored = std::get_if<webhook::ignored>(&parsed)) {
        require(!ignored->reason.empty(), "what is ignored has a reason");
        return require(ignored->malformed == !ignored->field.empty(), "what is malformed names its field");
    }
    const auto* value = std::get_if<event::event>(&parsed);
    if (value == nullptr) return;
    require_path(value->repo.path);
    require_branch(value->repo.default_branch);
    require(value->request.number > 0, "a merge request has a number");
    require_branch(value->request.source_branch);
    require_branch(value->request.target_branch);
    require_commit(value->request.head);
    require_commit(value->before);
    if (!value->request.source_path.empty()) require_path(value->request.source_path);
    require(value->note.has_value() == (value->what == event::action::commented), "a comment has a note");
    require(!value->note || value->note->id > 0, "a note has an id");
    require_same_when_read_back(*value);
}

}  // namespace familiar::fuzz
