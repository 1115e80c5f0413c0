#include "app/operator_commands.hpp"

#include "app/event_stream.hpp"
#include "app/job_query.hpp"
#include "app/job_table.hpp"
#include "app/terminal_text.hpp"
#include "core/utf8.hpp"
#include "observe/escape.hpp"
#include "process/line_splitter.hpp"

#include <boost/json/serialize.hpp>

#include <functional>
#include <iostream>
#include <unistd.h>

namespace familiar::app {

namespace {

/// Of a log line in --json.
constexpr std::size_t longest_line = std::size_t{1} << 20;

std::string text_of(const boost::json::object& job, std::string_view name) {
    const auto* value = job.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A program that reads the other end may have had enough.
bool print(std::string_view text) {
    std::cout << text << std::flush;
    return std::cout.good();
}

/// What an agent printed, as it is for programs and files, and so that it cannot act on a terminal.
class log_printer {
public:
    bool print(std::string_view piece) {
        return familiar::app::print(terminal_ ? filter_.feed(piece) : std::string(piece));
    }

    ~log_printer() {
        if (terminal_) app::print(filter_.finish());
    }
    log_printer() = default;
    log_printer(const log_printer&) = delete;
    log_printer& operator=(const log_printer&) = delete;

private:
    bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
    terminal_filter filter_{};
};

bool print_json_line(std::string_view line) {
    const boost::json::object shown{{"line", core::to_valid_utf8(line)}};
    return print(boost::json::serialize(shown) + "\n");
}

core::result<void> print_log(const api_client& api, const std::string& path, bool json) {
    log_printer log;
    if (!json) return api.stream(path, "text/plain", [&](std::string_view piece) { return log.print(piece); });
    bool wanted = true;
    process::line_splitter lines([&](std::string_view line) { wanted = wanted && print_json_line(line); },
                                 longest_line);
    auto ended = api.stream(path, "text/plain", [&](std::string_view piece) {
        lines.feed(piece);
        return wanted;
    });
    lines.finish();
    return ended;
}

core::result<void> follow_log(const api_client& api, const std::string& path, bool json) {
    event_reader events;
    log_printer log;
    bool ended = false;
    std::string broken = "the log breaks off: the connection ended";
    auto followed = api.stream(path, "text/event-stream", [&](std::string_view piece) {
        for (const auto& one : events.feed(piece)) {
            ended = ended || one.name == "end";
            if (one.name == "error") broken = observe::escape_control(one.data);
            if (one.name != "message") continue;
            const bool wanted = json ? print_json_line(one.data) : log.print(one.data + "\n");
            if (!wanted) ended = true;
        }
        return !ended;
    });
    if (followed && !ended) return core::fail(core::errc::unavailable, broken);
    return followed;
}

int change(const api_choice& chosen, const std::string& path,
           const std::function<std::string(const boost::json::object&)>& say) {
    const auto api = api_client::make(chosen);
    if (!api) return exit_code::misused;
    const auto job = api->post(path);
    if (!job) return fail_with(describe(job.error()), exit_code::failed);
    std::cout << (chosen.json ? boost::json::serialize(*job) : say(*job)) << '\n';
    return exit_code::done;
}

}  // namespace

int jobs(const jobs_request& request) {
    if (!request.state.empty() && !journal::parse_job_state(request.state))
        return fail_with("--state is one of " + job_states(), exit_code::misused);
    const auto api = api_client::make(request.api);
    if (!api) return exit_code::misused;
    const auto page = api->get("/api/jobs" + to_query({{"state", request.state},
                                                       {"repository", request.repository},
                                                       {"limit", std::to_string(request.limit)},
                                                       {"before", request.before}}));
    if (!page) return fail_with(describe(page.error()), exit_code::failed);
    if (request.api.json) {
        std::cout << boost::json::serialize(*page) << '\n';
        return exit_code::done;
    }
    const auto& list = page->at("jobs").as_array();
    if (list.empty()) {
        std::cout << "no jobs\n";
        return exit_code::done;
    }
    std::cout << job_table(list, terminal_width(), core::now());
    if (const auto next = text_of(*page, "next"); !next.empty()) std::cout << "older ones: --before " << next << '\n';
    return exit_code::done;
}

int show(const api_choice& chosen, const std::string& job) {
    const auto api = api_client::make(chosen);
    if (!api) return exit_code::misused;
    const auto found = api->get(job_path(job));
    if (!found) return fail_with(describe(found.error()), exit_code::failed);
    std::cout << (chosen.json ? boost::json::serialize(*found) + "\n" : job_lines(*found));
    return exit_code::done;
}

int logs(const api_choice& chosen, const std::string& job, bool follow) {
    const auto api = api_client::make(chosen);
    if (!api) return exit_code::misused;
    const auto path = job_path(job, "/log");
    const auto printed = follow ? follow_log(*api, path, chosen.json) : print_log(*api, path, chosen.json);
    return printed ? exit_code::done : fail_with(describe(printed.error()), exit_code::failed);
}

int cancel(const api_choice& chosen, const std::string& job) {
    return change(chosen, job_path(job, "/cancel"), [](const boost::json::object& changed) {
        const auto id = text_of(changed, "id");
        return text_of(changed, "state") == "cancelled" ? id + " is cancelled" : id + " is being stopped";
    });
}

int retry(const api_choice& chosen, const std::string& job) {
    return change(chosen, job_path(job, "/retry"), [](const boost::json::object& fresh) {
        return text_of(fresh, "id") + " is a retry of " + text_of(fresh, "retry_of");
    });
}

}  // namespace familiar::app
