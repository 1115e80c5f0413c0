#include "app/commands.hpp"

#include "app/log_setup.hpp"
#include "app/server.hpp"
#include "app/signal_mask.hpp"
#include "app/webhook_route.hpp"
#include "config/load.hpp"
#include "core/descriptor_limit.hpp"
#include "core/ulid.hpp"
#include "http/client.hpp"
#include "journal/reader.hpp"
#include "observe/log.hpp"
#include "webhook/sign.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

namespace familiar::app {

namespace {

/// What a send needs of the configuration; a secret and a URL from elsewhere make the file unnecessary.
struct destination {
    std::string url;
    webhook::keys keys;
};

destination destination_of(const send_request& request, const std::optional<config::settings>& settings,
                           event::provider forge) {
    destination where;
    where.url = request.url.empty() ? variable("FAMILIAR_URL") : request.url;
    if (where.url.empty()) where.url = local_url(settings ? settings->server : config::server_settings{});
    where.url = without_slash(where.url);
    if (const auto secret = variable("FAMILIAR_SECRET"); !secret.empty())
        where.keys.webhook_secrets.emplace_back(secret);
    else if (settings)
        where.keys = keys_of(settings->providers, forge);
    return where;
}

core::result<journal::delivery> delivery_from_file(const send_request& request) {
    const auto forge = event::parse_provider(request.provider);
    if (!forge) return core::fail(core::errc::invalid, "--provider is github or gitlab");
    if (request.event.empty()) return core::fail(core::errc::invalid, "--event names the event, such as pull_request");
    std::ifstream file(request.file, std::ios::binary);
    if (!file) return core::fail(core::errc::not_found, "cannot read " + request.file.string());
    return journal::delivery{*forge, core::make_ulid(), request.event,
                             std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()),
                             core::now()};
}

core::result<journal::delivery> kept_delivery(const send_request& request, const std::filesystem::path& database) {
    const auto forge = event::parse_provider(request.provider);
    if (!request.provider.empty() && !forge) return core::fail(core::errc::invalid, "--provider is github or gitlab");
    auto kept = journal::read_delivery(database, forge, request.delivery);
    if (!kept) return kept.error();
    if (!*kept)
        return core::fail(core::errc::not_found,
                          "no delivery " + request.delivery + " is kept in " + database.string());
    return std::move(**kept);
}

}  // namespace

int serve(const configuration_choice& chosen) {
    hold_signals();
    const core::raised_descriptor_limit for_connections;
    auto loaded = load(chosen);
    if (!loaded) return exit_code::misused;
    set_up_log(loaded->values.logging);
    observe::info("configuration read", {{"file", loaded->file}, {"warnings", loaded->warnings.size()}});
    for (const auto& warning : loaded->warnings) observe::warning(config::to_text(warning));
    try {
        return run_to_end(run_server(std::move(loaded->values), [chosen] { return read_configuration(chosen); }));
    } catch (const std::exception& failure) {
        observe::error("internal error", {{"reason", failure.what()}});
        return exit_code::failed;
    }
}

int check(const configuration_choice& chosen) {
    const auto loaded = load(chosen);
    if (!loaded) return exit_code::misused;
    for (const auto& warning : loaded->warnings)
        std::cout << "warning: " << printable(config::to_text(warning)) << '\n';
    std::cout << loaded->file << ": ok";
    if (!loaded->warnings.empty()) std::cout << ", with " << loaded->warnings.size() << " warnings";
    std::cout << '\n';
    return exit_code::done;
}

int send(const send_request& request) {
    const bool needs_file =
        !request.delivery.empty() || request.configuration.file || variable("FAMILIAR_SECRET").empty();
    std::optional<config::settings> settings;
    if (needs_file) {
        auto loaded = load(request.configuration);
        if (!loaded && request.delivery.empty() && !request.configuration.file)
            return fail_with("with FAMILIAR_SECRET set, send needs no configuration", exit_code::misused);
        if (!loaded) return exit_code::misused;
        settings = std::move(loaded->values);
    }

    auto what = request.delivery.empty() ? delivery_from_file(request) : kept_delivery(request, settings->storage.path);
    if (!what) return fail_with(describe(what.error()), exit_code::misused);
    const auto where = destination_of(request, settings, what->forge);
    auto headers = webhook::sign(what->forge, where.keys, {what->id, what->event_name}, what->body, core::now());
    if (!headers)
        return fail_with(describe(headers.error()) + "; set FAMILIAR_SECRET or configure it", exit_code::misused);
    headers->emplace_back("Content-Type", "application/json");

    const auto answer = run_to_end(http::fetch("POST", where.url + "/webhook/" + std::string(to_text(what->forge)),
                                               std::move(*headers), std::move(what->body), answer_bound));
    if (!answer) return fail_with(describe(answer.error()), exit_code::failed);
    std::cout << answer->status << ' ' << answer->body << '\n';
    return answer->status / 100 == 2 ? exit_code::done : exit_code::failed;
}

int health(const configuration_choice& chosen, const std::string& url) {
    std::string base = url.empty() ? variable("FAMILIAR_URL") : url;
    if (base.empty() && chosen.file) {
        const auto loaded = load(chosen);
        if (!loaded) return exit_code::misused;
        base = local_url(loaded->values.server);
    } else if (base.empty()) {
        // A file with a mistake in it is no reason to call a server ill that runs with what was there before.
        const auto found = read_configuration(chosen);
        base = local_url(found ? found->values.server : config::server_settings{});
    }
    const auto answer = run_to_end(http::fetch("GET", without_slash(base) + "/health", {}, {}, answer_bound));
    if (!answer) return fail_with(describe(answer.error()), exit_code::failed);
    std::cout << answer->body << '\n';
    return answer->status / 100 == 2 ? exit_code::done : exit_code::failed;
}

}  // namespace familiar::app
