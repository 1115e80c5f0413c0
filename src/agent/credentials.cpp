#include "agent/credentials.hpp"

#include "agent/files.hpp"
#include "core/os_error.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace familiar::agent {

namespace {

namespace fs = std::filesystem;

constexpr auto container_folder = "/familiar/secrets/";
constexpr auto access_note = "forge_access";

/// The user name that goes with a token: any for a GitHub token, "oauth2" for a GitLab one (GitLab docs: "Clone with a
/// token").
std::string token_user(event::provider forge) {
    return forge == event::provider::github ? "x-access-token" : "oauth2";
}

/// Scheme, host with port, and host of a URL; empty without a host (file).
struct place {
    std::string scheme;
    std::string authority;
    std::string host;
};

place place_of(std::string_view url) {
    const auto scheme = url.substr(0, url.find("://"));
    const auto rest = url.substr(std::min(url.size(), scheme.size() + 3));
    const auto authority = rest.substr(0, rest.find('/'));
    const auto port = authority.rfind(':');
    const bool has_port = port != authority.npos && authority.find(']', port) == authority.npos;
    return {std::string(scheme), std::string(authority), std::string(has_port ? authority.substr(0, port) : authority)};
}

/// A YAML scalar: every JSON string is one.
std::string yaml(std::string_view text) {
    return boost::json::serialize(boost::json::value(boost::json::string_view(text.data(), text.size())));
}

/// As `gh` 2.40 and later write it, with the token once more where earlier ones look. Without the version in config.yml
/// those later ones would rewrite both files before they do anything else, which fails in a read-only folder
/// (github.com/cli/cli, internal/config/migration/multi_account.go).
std::vector<credential_file> files_of_gh(const place& at, const provider::credential& credential) {
    const auto user = yaml(credential.username);
    const auto token = yaml(credential.token.reveal());
    return {{"gh/config.yml", core::secret("version: \"1\"\ngit_protocol: https\nprompt: disabled\n")},
            {"gh/hosts.yml", core::secret(yaml(at.host) + ":\n    user: " + user + "\n    oauth_token: " + token +
                                          "\n    git_protocol: https\n    users:\n        " + user +
                                          ":\n            oauth_token: " + token + "\n")}};
}

/// `glab` reads no file of another mode than 0600 ("glab requires 600"; gitlab.com/gitlab-org/cli,
/// internal/config/config_file.go), and would write into it when it last looked for a newer version of itself.
std::vector<credential_file> files_of_glab(const place& at, const place& api, const provider::credential& credential) {
    const auto host = yaml(at.host);
    return {{"glab/config.yml",
             core::secret("host: " + host + "\ngit_protocol: https\ncheck_update: false\nhosts:\n    " + host +
                          ":\n        token: " + yaml(credential.token.reveal()) +
                          "\n        api_host: " + yaml(api.authority) + "\n        api_protocol: " + yaml(api.scheme) +
                          "\n        git_protocol: https\n"),
             0600}};
}

core::error failed(const fs::path& path, int number) {
    return core::fail(core::storage_errc(number), path.string() + ": " + core::os_text(number));
}

core::result<void> put_file(const fs::path& path, const credential_file& file) {
    auto fresh = path;
    fresh.replace_filename("." + path.filename().string() + ".new");
    if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return failed(fresh, errno);
    if (auto written = write_new_file(fresh, file.text.reveal(), file.mode); !written) return written;

    struct stat before{};
    const bool replaces = ::lstat(path.c_str(), &before) == 0;
    if (replaces && before.st_uid != ::getuid() && ::lchown(fresh.c_str(), before.st_uid, before.st_gid) != 0)
        return failed(fresh, errno);
    if (::rename(fresh.c_str(), path.c_str()) != 0) return failed(path, errno);
    return {};
}

}  // namespace

std::optional<provider::access> credential_access(const event::actions& may, event::origin head_from, bool narrows) {
    const bool acts = may.push_commits || may.merge || may.approve || may.dismiss_reviews;
    if (acts && head_from == event::origin::same_repository) return provider::access::write;
    if (narrows) return provider::access::read;
    return std::nullopt;
}

provider::credential configured_credential(const config::providers_settings& providers, event::provider forge) {
    return {token_user(forge), config::token(providers, forge), std::nullopt};
}

std::vector<credential_file> credential_files(const config::providers_settings& providers, event::provider forge,
                                              const provider::credential& credential) {
    std::vector<credential_file> files{{"git_username", core::secret(credential.username)},
                                       {"git_password", credential.token}};
    const auto at = place_of(config::git_url(providers, forge));
    if (at.host.empty()) return files;
    const auto& base_url = providers.gitlab.base_url;
    for (auto& file : forge == event::provider::github
                          ? files_of_gh(at, credential)
                          : files_of_glab(at, base_url.empty() ? at : place_of(base_url), credential))
        files.push_back(std::move(file));
    return files;
}

std::vector<docker::environment_variable> forge_tool_variables(const config::providers_settings& providers,
                                                               event::provider forge) {
    const auto at = place_of(config::git_url(providers, forge));
    if (at.host.empty()) return {};
    const std::string folder = container_folder;
    if (forge == event::provider::gitlab) return {{"GLAB_CONFIG_DIR", folder + "glab"}};
    std::vector<docker::environment_variable> variables{{"GH_CONFIG_DIR", folder + "gh"}};
    if (at.host != "github.com") variables.push_back({"GH_HOST", at.host});
    return variables;
}

core::result<void> put_credentials(const fs::path& secrets, const std::vector<credential_file>& files) {
    for (const auto& file : files) {
        const auto path = secrets / file.name;
        const bool in_folder = file.name.has_parent_path();
        if (in_folder && ::mkdir(path.parent_path().c_str(), 0700) != 0 && errno != EEXIST)
            return failed(path.parent_path(), errno);
        if (auto put = put_file(path, file); !put) return put;
    }
    return {};
}

core::result<void> note_access(const fs::path& familiar, provider::access granted) {
    return write_new_file(familiar / access_note, granted == provider::access::write ? "write" : "read", 0400);
}

std::optional<provider::access> noted_access(const fs::path& familiar) {
    std::string noted;
    std::ifstream(familiar / access_note) >> noted;
    if (noted == "write") return provider::access::write;
    if (noted == "read") return provider::access::read;
    return std::nullopt;
}

}  // namespace familiar::agent
