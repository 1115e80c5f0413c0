#include "app/api_routes.hpp"

#include "app/job_json.hpp"
#include "app/job_query.hpp"
#include "http/bearer_token.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <memory>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::chrono::seconds retry_after{10};

class api {
public:
    explicit api(api_parts with) : with_(with) {}

    using method = asio::awaitable<http::response> (api::*)(http::request) const;

    /// Answers with `what` whoever knows the token.
    asio::awaitable<http::response> guarded(method what, http::request asked) const {
        if (token().empty()) co_return http::error(404, "not found");
        auto answer = unauthorized();
        if (is_allowed(asked)) answer = co_await (this->*what)(std::move(asked));
        answer.headers.emplace_back("Cache-Control", "no-store");
        co_return answer;
    }

    asio::awaitable<http::response> list(http::request asked) const {
        const auto filter = parse_job_query(asked);
        if (!filter) co_return http::error(400, describe(filter.error()));
        const auto found = co_await with_.logs.journal.list(*filter);
        if (!found) co_return refusal(found.error());
        boost::json::array shown;
        for (const auto& job : *found) shown.push_back(to_json(job));
        boost::json::object page;
        page["jobs"] = std::move(shown);
        page["next"] = nullptr;
        if (found->size() == filter->limit) page["next"] = found->back().id;
        co_return http::json(200, page);
    }

    asio::awaitable<http::response> show(http::request asked) const {
        const auto job = co_await find(asked.id);
        co_return job ? http::json(200, to_json(*job)) : refusal(job.error());
    }

    asio::awaitable<http::response> log(http::request asked) const {
        auto job = co_await find(asked.id);
        if (!job) co_return refusal(job.error());
        const bool live = asked.header("Accept").value_or("").find("text/event-stream") != std::string::npos;
        if (live) co_return co_await log_as_events(with_.logs, std::move(*job));
        co_return co_await log_as_text(with_.logs, std::move(*job));
    }

    asio::awaitable<http::response> cancel(http::request asked) const {
        const auto job = co_await find(asked.id);
        if (!job) co_return refusal(job.error());
        const auto changed = co_await with_.jobs.cancel(job->id, "cancelled by an operator");
        if (!changed) co_return refused_change(changed.error());
        observe::info("an operator cancelled a job", journal::about(*changed), {{"remote", asked.remote}});
        co_return http::json(202, to_json(*changed));
    }

    asio::awaitable<http::response> retry(http::request asked) const {
        const auto job = co_await find(asked.id);
        if (!job) co_return refusal(job.error());
        const auto fresh = co_await with_.jobs.retry(job->id);
        if (!fresh) co_return refused_change(fresh.error());
        observe::info("an operator retried a job", journal::about(*fresh),
                      {{"retry_of", job->id}, {"remote", asked.remote}});
        co_return http::json(202, to_json(*fresh));
    }

private:
    const core::secret& token() const { return with_.settings->server.api_token; }

    bool is_allowed(const http::request& asked) const {
        const auto given = http::bearer_token(asked);
        if (given && core::matches(token(), *given)) return true;
        observe::warning(
            "API request refused",
            {{"remote", asked.remote}, {"path", asked.path}, {"reason", given ? "another token" : "no bearer token"}});
        return false;
    }

    static http::response unauthorized() {
        auto answer = http::error(401, "the bearer token is missing, or is not server.api_token");
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }

    asio::awaitable<core::result<journal::job_record>> find(std::string id) const {
        const bool can_be = std::all_of(
            id.begin(), id.end(), [](char one) { return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z'); });
        if (!can_be)
            co_return core::fail(core::errc::not_found, "that is no job's id: it has digits and letters a to z");
        auto found = co_await with_.logs.journal.find(id);
        if (!found) co_return found.error();
        if (!*found) co_return core::fail(core::errc::not_found, "there is no job " + id);
        co_return std::move(**found);
    }

    boost::json::object to_json(const journal::job_record& job) const {
        return app::to_json(job, with_.jobs.waiting_for(job));
    }

    /// What the journal has against a request.
    static http::response refusal(const core::error& why) {
        if (why.code == core::errc::not_found) return http::error(404, describe(why));
        if (why.code == core::errc::conflict) return http::error(409, describe(why));
        observe::error("an API request failed", {{"reason", describe(why)}});
        if (why.code == core::errc::shutting_down) return http::unavailable("the server is shutting down", retry_after);
        return http::unavailable("storage is failing", retry_after);
    }

    /// The same for one that was to change something: /health tells of a storage that does not take it.
    http::response refused_change(const core::error& why) const {
        auto answer = refusal(why);
        if (answer.status == 503 && why.code != core::errc::shutting_down) with_.known.storage_failure = describe(why);
        return answer;
    }

    api_parts with_;
};

}  // namespace

void add_api_routes(http::router& operators, api_parts with) {
    const auto one = std::make_shared<const api>(with);
    const auto add = [&](const char* verb, const char* pattern, api::method what) {
        operators.add(verb, pattern, [one, what](http::request asked) { return one->guarded(what, std::move(asked)); });
    };
    add("GET", "/api/jobs", &api::list);
    add("GET", "/api/jobs/{id}", &api::show);
    add("GET", "/api/jobs/{id}/log", &api::log);
    add("POST", "/api/jobs/{id}/cancel", &api::cancel);
    add("POST", "/api/jobs/{id}/retry", &api::retry);
}

}  // namespace familiar::app
