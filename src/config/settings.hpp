#pragma once

#include "core/secret.hpp"
#include "event/event.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What the server was told to do. One struct per section of the YAML file, one field per key, named like it; the value
/// that stands here is the default. Sizes are bytes, times are milliseconds, and paths are absolute once a file was
/// read.
namespace familiar::config {

enum class intake_policy { persist, refuse };       ///< what a webhook gets while the server drains
enum class agents_policy { drain, detach };         ///< what becomes of running agents at shutdown
enum class pull_policy { never, missing };          ///< whether the engine may fetch an image it does not have
enum class log_level { debug, info, warn, error };  ///< the least a line must be worth to be written
enum class log_format { logfmt, json };             ///< the shape of a line
enum class auth_kind { pat, app };                  ///< personal access token, or GitHub App
enum class forks_policy { approve, allow, deny };   ///< merge requests whose head is another repository
enum class permission { none, read, write, maintain, admin };  ///< what a forge grants, least first: they compare
enum class intent_strategy { rules, api };                     ///< how a comment's wish is understood
enum class intent_provider { anthropic };                      ///< who answers with `intent_strategy::api`
enum class action_policy { always, on_request, never };        ///< what an agent may do to a merge request

struct server_settings {
    std::string host = "0.0.0.0";          ///< address to listen on, an IPv4 or IPv6 literal
    std::uint16_t port = 7000;             ///< 0 takes any free port
    std::uint16_t admin_port = 0;          ///< a second listener for everything but webhooks and health; 0 for none
    std::uint64_t max_body = 25ULL << 20;  ///< largest request body, what GitHub sends at most
    std::uint64_t max_buffered = 128ULL << 20;        ///< bodies in memory, all connections together; at least max_body
    std::chrono::milliseconds header_timeout{5'000};  ///< from the first byte of a request to the end of its header
    std::chrono::milliseconds request_timeout{9'000};  ///< for a whole request; GitHub gives up after 10 s
    std::chrono::milliseconds idle_timeout{30'000};    ///< between two requests of a connection
    std::uint32_t max_connections = 1024;
    core::secret api_token;  ///< bearer of /api; empty: /api answers 404
};

struct shutdown_settings {
    std::chrono::milliseconds drain_timeout{30'000};  ///< how long running agents may go on; 0 stops them at once
    std::chrono::milliseconds stop_grace{10'000};     ///< from TERM to KILL when an agent is stopped
    intake_policy intake = intake_policy::persist;
    agents_policy agents = agents_policy::drain;
};

struct storage_settings {
    std::filesystem::path path = "/var/lib/familiar/familiar.db";
    std::chrono::milliseconds retention = std::chrono::hours(24 * 30);  ///< of ended jobs and deliveries; 0 for ever
    std::uint64_t min_free_disk = 1ULL << 30;                           ///< below it webhooks get 503; 0 does not look
};

struct concurrency_settings {
    std::uint32_t max_agents = 5;                                 ///< agents at a time
    std::uint32_t queue_size = 1000;                              ///< above it /health is degraded; nothing is refused
    std::chrono::milliseconds max_wait = std::chrono::hours(24);  ///< a job that waited longer expires; 0 for never
};

struct agents_settings {
    std::string image = "familiar-agent:latest";
    std::vector<std::string> command;  ///< argv in place of the image's entrypoint; empty: the entrypoint
    std::chrono::milliseconds timeout = std::chrono::minutes(30);  ///< from the container's start; 0 for none
    std::chrono::milliseconds idle_timeout{0};                     ///< without a line of output; 0 for none
    std::chrono::milliseconds debounce{10'000};                    ///< quiet time before a job starts; 0 for none
    std::chrono::milliseconds debounce_max{60'000};  ///< longest time that updates and comments put it off; >= debounce
    std::string network = "bridge";                  ///< docker network: bridge, host, none or a name
    std::uint64_t memory = 4ULL << 30;               ///< bytes
    double cpus = 2;
    std::uint32_t pids = 512;
    std::string user;                        ///< "uid" or "uid:gid"; empty: the server's, 1000:1000 if that is root
    std::map<std::string, std::string> env;  ///< visible in `docker inspect`
    std::filesystem::path auth_dir;          ///< a folder of the engine's host, shown at /familiar/auth; or empty
    std::map<std::string, core::secret> secrets;  ///< file name under /familiar/secrets -> content, never empty
    pull_policy pull = pull_policy::never;
};

struct docker_settings {
    std::string cli = "docker";  ///< program: a path, or a name looked up in PATH
    std::string host;            ///< DOCKER_HOST; empty: the environment's, else the CLI's default
    std::chrono::milliseconds command_timeout{60'000};  ///< for each call of the CLI but pull and events
    std::chrono::milliseconds pull_timeout = std::chrono::minutes(5);
    std::chrono::milliseconds ping_interval{10'000};
    std::chrono::milliseconds ping_timeout{2'000};
};

struct git_settings {
    std::string author_name = "familiar";
    std::string author_email = "familiar@localhost";
    std::chrono::milliseconds timeout = std::chrono::minutes(10);  ///< for one clone or fetch
    std::filesystem::path ca_file;                                 ///< PEM bundle for the forges; empty: the system's
};

struct repo_cache_settings {
    std::filesystem::path dir = "/var/cache/familiar";
    std::filesystem::path host_dir;  ///< `dir` as the engine's host sees it; empty: the same path
    std::chrono::milliseconds unused_for = std::chrono::hours(24 * 30);  ///< then a mirror is removed; 0 for never
};

struct logging_settings {
    std::filesystem::path dir = "/var/log/familiar";  ///< agent logs
    std::uint32_t retention_days = 30;                ///< 0 for ever
    std::uint64_t max_log = 64ULL << 20;              ///< bytes kept of one agent's log, the newest
    log_level level = log_level::info;
    log_format format = log_format::logfmt;
};

struct retry_settings {
    std::uint32_t max_retries = 3;  ///< after the first attempt
    std::chrono::milliseconds initial_backoff{1'000};
    std::chrono::milliseconds max_backoff{30'000};
};

struct github_settings {
    auth_kind auth_method = auth_kind::pat;
    core::secret token;
    std::string app_id;
    core::secret private_key;                        ///< PEM
    std::vector<core::secret> webhook_secret;        ///< any of them is accepted; none is empty
    std::string api_url = "https://api.github.com";  ///< no trailing slash; empty: a git_url of its own and no API
    std::string git_url = "https://github.com";      ///< https, http, git or file; no trailing slash

    /// False: the route answers 404.
    bool enabled() const noexcept { return !webhook_secret.empty(); }
};

struct gitlab_settings {
    auth_kind auth_method = auth_kind::pat;  ///< nothing else at GitLab
    core::secret token;
    std::vector<core::secret> webhook_secret;  ///< any of them is accepted; none is empty
    std::vector<core::secret> signing_token;   ///< "whsec_" and base 64, as GitLab shows them; if any, they alone count
    std::string base_url = "https://gitlab.com";  ///< no trailing slash; empty: a git_url of its own and no API
    std::string git_url = "https://gitlab.com";   ///< base_url unless the file says otherwise

    /// False: the route answers 404.
    bool enabled() const noexcept { return !webhook_secret.empty() || !signing_token.empty(); }
};

struct providers_settings {
    github_settings github;
    gitlab_settings gitlab;
};

struct triggers_settings {
    std::vector<std::string> repositories;  ///< globs: * stops at /, ** does not; empty for all
    forks_policy forks = forks_policy::approve;
    permission minimum_permission = permission::write;
    std::vector<std::string> allow_users;  ///< logins that pass without being asked of the forge
    std::vector<std::string> allow_bots;   ///< exact logins, such as "dependabot[bot]"
    std::uint32_t max_jobs_per_hour = 20;  ///< per merge request; 0 for no limit
};

struct repo_overrides_settings {
    bool prompts = true;                    ///< whether a repository may bring its own prompts
    std::vector<std::string> agent_images;  ///< images that a repository may choose from
};

struct intent_api_settings {
    intent_provider provider = intent_provider::anthropic;
    std::string model;
    core::secret api_key;
    std::string base_url = "https://api.anthropic.com";  ///< no trailing slash
    std::chrono::milliseconds timeout{20'000};
};

struct intent_settings {
    intent_strategy strategy = intent_strategy::rules;
    intent_api_settings api;
};

struct events_settings {
    bool mr_opened = true;
    bool mr_comment = false;
    bool mr_updated = true;
    bool mention = true;

    bool on(event::kind kind) const noexcept;
};

struct permissions_settings {
    action_policy merge = action_policy::never;
    action_policy approve = action_policy::never;
    action_policy push_commits = action_policy::on_request;
    action_policy dismiss_reviews = action_policy::never;
};

/// What an agent is asked to do; the defaults are those of default_prompts.cpp.
struct prompts_settings {
    prompts_settings();

    std::string mr_opened;
    std::string mr_comment;
    std::string mr_updated;
    std::string mention;

    const std::string& of(event::kind kind) const noexcept;
};

struct settings {
    std::string
        instance;  ///< name of this server in container labels, [a-z0-9-]{1,32}; empty: a random id in the database
    std::string bot_username = "familiar";  ///< the name that mentions use, without @
    server_settings server;
    shutdown_settings shutdown;
    storage_settings storage;
    concurrency_settings concurrency;
    agents_settings agents;
    docker_settings docker;
    git_settings git;
    repo_cache_settings repo_cache;
    logging_settings logging;
    retry_settings retry;
    providers_settings providers;
    triggers_settings triggers;
    repo_overrides_settings repo_overrides;
    intent_settings intent;
    events_settings events;
    permissions_settings permissions;
    prompts_settings prompts;
};

/// The same questions for either forge.
bool enabled(const providers_settings& providers, event::provider forge) noexcept;
const core::secret& token(const providers_settings& providers, event::provider forge) noexcept;
const std::string& git_url(const providers_settings& providers, event::provider forge) noexcept;

/// Whether the forge's API can be asked: it is on, there are credentials for it, and it is known where the API is.
bool has_api(const providers_settings& providers, event::provider forge) noexcept;

/// The words that the file uses.
std::string_view to_text(permission value) noexcept;
std::string_view to_text(forks_policy value) noexcept;
std::string_view to_text(action_policy value) noexcept;

}  // namespace familiar::config
