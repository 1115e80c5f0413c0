#pragma once

#include <string_view>

namespace familiar::event {

/// GitLab does not say which users are bots, but reserves their names: access tokens of projects and groups are
/// "project_12_bot_3f", service accounts "service_account_..." (source:
/// docs.gitlab.com/user/project/settings/project_access_tokens and docs.gitlab.com/user/profile/service_accounts).
bool is_gitlab_bot(std::string_view login) noexcept;

}  // namespace familiar::event
