#pragma once

#include "told_forge.hpp"

namespace familiar::test {

/// A forge that is asked, too: who may what, and how merge requests stand.
class asked_forge : public told_forge {
public:
    std::map<std::string, config::permission> members;      ///< by login
    std::map<std::int64_t, event::merge_request> requests;  ///< by number; none: not_found
    bool open = true;                                       ///< whether they are

    asked_forge() {
        on_merge_request = [this](const std::string&,
                                  std::int64_t number) -> core::result<provider::merge_request_state> {
            if (gone) return *gone;
            const auto known = requests.find(number);
            if (known == requests.end()) return core::fail(core::errc::not_found, "no such merge request");
            return provider::merge_request_state{.request = known->second, .open = open};
        };
        on_permission = [this](const std::string&, const event::actor& who) -> core::result<config::permission> {
            if (gone) return *gone;
            const auto known = members.find(who.login);
            return known == members.end() ? config::permission::none : known->second;
        };
    }
};

}  // namespace familiar::test
