#include "event/gitlab_login.hpp"

namespace familiar::event {

bool is_gitlab_bot(std::string_view login) noexcept {
    if (login.starts_with("service_account_")) return true;
    for (const std::string_view owner : {"project_", "group_"}) {
        if (!login.starts_with(owner)) continue;
        const auto rest = login.substr(owner.size());
        const auto digits = rest.find_first_not_of("0123456789");
        if (digits != 0 && digits != std::string_view::npos && rest.substr(digits).starts_with("_bot")) return true;
    }
    return false;
}

}  // namespace familiar::event
