#include "e2e/chaos/invariants.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <utility>

namespace familiar::test::chaos {

namespace {

bool is_one_of(const std::string& text, std::initializer_list<const char*> texts) {
    return std::ranges::any_of(texts, [&](const char* one) { return text == one; });
}

bool has_ended(const job_row& job) {
    return is_one_of(job.state, {"succeeded", "failed", "timed_out", "cancelled", "superseded", "interrupted",
                                 "expired", "refused"});
}

std::map<std::string, const job_row*> by_id(const std::vector<job_row>& jobs) {
    std::map<std::string, const job_row*> all;
    for (const auto& job : jobs) all[job.id] = &job;
    return all;
}

/// The containers of each job that were started.
std::map<std::string, std::vector<const agent_run*>> starts_of(const evidence& known) {
    std::map<std::string, std::vector<const agent_run*>> all;
    for (const auto& run : known.runs)
        if (run.started) all[run.job].push_back(&run);
    return all;
}

std::string request_of(const std::string& path, std::int64_t number) {
    return path + "#" + std::to_string(number);
}

/// The job that this one repeats, and that one's, back to the first.
std::string origin_of(std::string job, const std::map<std::string, const job_row*>& jobs) {
    for (auto at = jobs.find(job); at != jobs.end() && !at->second->retry_of.empty(); at = jobs.find(job))
        job = at->second->retry_of;
    return job;
}

std::string tell(const post& one) {
    return "delivery " + one.delivery + " (" + std::string(to_text(one.what)) + ", " +
           request_of(one.path, one.number) + ")";
}

std::string tell(const job_row& job) {
    return "job " + job.id + " (" + job.kind + ", " + request_of(job.path, job.number) + ", " + job.state +
           (job.reason.empty() ? "" : ": " + job.reason) + ")";
}

std::string tell(const agent_run& run) {
    return run.name + " [" + (run.started ? core::to_rfc3339(*run.started) : "-") + ", " +
           (run.ended ? core::to_rfc3339(*run.ended) : "-") + "]";
}

milliseconds length_of(interval what) {
    return std::max(what.to - what.from, milliseconds(0));
}

/// How much of a time is not covered by any of the intervals.
milliseconds unhindered(interval what, const std::vector<interval>& hindered) {
    std::vector<interval> sorted = hindered;
    std::ranges::sort(sorted, {}, &interval::from);
    auto rest = length_of(what);
    auto from = what.from;
    for (const auto& one : sorted) {
        from = std::max(from, one.from);
        const auto to = std::min(what.to, one.to);
        if (from < to) {
            rest -= to - from;
            from = to;
        }
    }
    return rest;
}

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of("\r\n");
    if (end == std::string::npos) return {};
    const auto begin = text.find_last_of('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1,
                       end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

/// The server's own remark that something is missing: a line in brackets.
bool is_marked(const std::string& log) {
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('[') && line.ends_with(']')) return true;
    return false;
}

}  // namespace

violations unkept_promises(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    const auto miss = [&](const post& one, const std::string& what) {
        found.push_back({"unkept promise", tell(one) + ", answered " + std::to_string(one.status) + " " + one.answer +
                                               " with job " + one.job + ": " + what});
    };
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& one : known.posts) {
        if (!one.acknowledged() || !is_one_of(one.answer, {"queued", "duplicate"})) continue;
        if (!seen.emplace(one.delivery, one.job).second) continue;
        if (!known.job_of.contains(one.delivery)) miss(one, "the journal does not know the delivery");
        const auto job = jobs.find(one.job);
        if (job == jobs.end())
            miss(one, "the journal does not know the job");
        else if (!has_ended(*job->second))
            miss(one, "the job is " + job->second->state);
    }
    for (const auto& job : known.jobs)
        if (!has_ended(job)) found.push_back({"no outcome", tell(job)});
    return found;
}

violations changed_outcomes(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    for (const auto& [id, state] : known.early_outcome) {
        const auto job = jobs.find(id);
        if (job == jobs.end())
            found.push_back({"changed outcome", "job " + id + " was " + state + " and is gone"});
        else if (job->second->state != state)
            found.push_back({"changed outcome", tell(*job->second) + " was " + state});
    }
    return found;
}

violations untrue_outcomes(const evidence& known) {
    violations found;
    const auto starts = starts_of(known);
    for (const auto& job : known.jobs) {
        const auto runs = starts.find(job.id);
        if (runs == starts.end()) {
            if (job.state == "succeeded") found.push_back({"untrue outcome", tell(job) + " had no agent"});
            continue;
        }
        const auto code = runs->second.back()->exit_code;
        if (!code) continue;
        const bool false_success = job.state == "succeeded" && *code != 0;
        const bool false_failure = job.state == "failed" && *code == 0;
        const bool another_code = job.exit_code && *job.exit_code != *code;
        if (false_success || false_failure || another_code)
            found.push_back({"untrue outcome", tell(job) + " with exit code " +
                                                   (job.exit_code ? std::to_string(*job.exit_code) : "-") +
                                                   ", and the engine says " + std::to_string(*code)});
    }
    return found;
}

/// Nobody can cancel what has ended by itself before it could be told to end.
bool came_too_late(const granted& order, const std::map<std::string, std::vector<const agent_run*>>& starts) {
    constexpr milliseconds until_told{1000};
    const auto runs = starts.find(order.job);
    if (runs == starts.end()) return false;
    const auto& ended = runs->second.back()->ended;
    return ended && *ended <= order.at + until_told;
}

violations ignored_orders(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    const auto starts = starts_of(known);
    for (const auto& order : known.orders) {
        const auto job = jobs.find(order.fresh.empty() ? order.job : order.fresh);
        if (job == jobs.end())
            found.push_back({"ignored order", "job " + order.job + " was to be retried as " + order.fresh});
        else if (order.fresh.empty() && job->second->state != "cancelled" && !came_too_late(order, starts))
            found.push_back({"ignored order", tell(*job->second) + " was cancelled by a person"});
    }
    return found;
}

violations second_starts(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    std::map<std::string, std::size_t> allowed;  // by the first of a chain of retries
    std::map<std::string, std::set<std::string>> seen;
    for (const auto& one : known.posts) {
        const auto job = known.job_of.find(one.delivery);
        if (job == known.job_of.end()) continue;
        const auto origin = origin_of(job->second, jobs);
        if (!seen[origin].insert(one.delivery).second) ++allowed[origin];
    }
    for (const auto& order : known.orders)
        if (!order.fresh.empty()) ++allowed[origin_of(order.job, jobs)];
    std::map<std::string, std::vector<const agent_run*>> chains;
    for (const auto& [job, runs] : starts_of(known)) {
        if (runs.size() > 1)
            found.push_back({"second start", "job " + job + ": " + tell(*runs.at(0)) + " and " + tell(*runs.at(1))});
        auto& chain = chains[origin_of(job, jobs)];
        chain.insert(chain.end(), runs.begin(), runs.end());
        if (!jobs.contains(job))
            found.push_back({"second start", tell(*runs.front()) + " is of a job that nobody knows"});
    }
    for (const auto& [origin, runs] : chains)
        if (runs.size() > 1 + allowed[origin])
            found.push_back({"second start", "job " + origin + " and its retries: " + std::to_string(runs.size()) +
                                                 " agents, and " + std::to_string(allowed[origin]) +
                                                 " deliveries that came again"});
    const auto is_wanted = [&](const job_row& job) {
        return std::ranges::any_of(known.orders, [&](const granted& order) { return order.fresh == job.id; });
    };
    for (const auto& job : known.jobs) {
        const auto before = jobs.find(job.retry_of);
        if (before == jobs.end() || is_wanted(job)) continue;
        if (!is_one_of(before->second->state, {"failed", "timed_out", "interrupted", "expired"}))
            found.push_back({"second start", tell(job) + " repeats " + tell(*before->second)});
    }
    return found;
}

violations repeated_successes(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    const auto starts = starts_of(known);

    // Whether the merge request was closed or pushed to between two jobs, as far as the client knows. What repeats an
    // earlier job is as old as that.
    const auto moved_on = [&](const std::string& first, const job_row& other, const post& about) {
        const auto origin = jobs.find(origin_of(first, jobs));
        const auto since = origin == jobs.end() ? std::nullopt : origin->second->created_at;
        return std::ranges::any_of(known.posts, [&](const post& between) {
            const bool same = between.path == about.path && between.number == about.number;
            const bool matters = is_one_of(std::string(to_text(between.what)), {"closed", "reopened"}) ||
                                 (about.words.empty() && between.words.empty() && between.meaning != about.meaning);
            return same && matters && between.answered >= wall_time(milliseconds(since.value_or(0))) &&
                   between.sent <= wall_time(milliseconds(*other.created_at));
        });
    };
    std::map<std::string, std::map<std::string, const post*>> meanings;  // the jobs of each
    for (const auto& one : known.posts)
        if (const auto job = known.job_of.find(one.delivery); job != known.job_of.end() && starts.contains(job->second))
            meanings[one.meaning][job->second] = &one;
    for (const auto& [meaning, several] : meanings) {
        for (auto first = several.begin(); first != several.end(); ++first) {
            const auto before = jobs.find(first->first);
            if (before == jobs.end() || before->second->state != "succeeded") continue;
            for (auto second = std::next(first); second != several.end(); ++second) {
                const auto after = jobs.find(second->first);
                if (after == jobs.end() || !after->second->created_at) continue;
                if (moved_on(first->first, *after->second, *second->second)) continue;
                found.push_back({"repeated success", tell(*after->second) + " means the same (" + meaning + ") as " +
                                                         tell(*before->second)});
            }
        }
    }
    return found;
}

violations overlaps(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    std::map<std::string, std::vector<const agent_run*>> requests;
    for (const auto& run : known.runs)
        if (const auto job = jobs.find(run.job); run.started && job != jobs.end())
            requests[request_of(job->second->path, job->second->number)].push_back(&run);
    for (auto& [request, runs] : requests) {
        std::ranges::sort(runs, {}, [](const agent_run* run) { return *run->started; });
        for (std::size_t i = 1; i < runs.size(); ++i)
            if (runs[i - 1]->ended && *runs[i - 1]->ended > *runs[i]->started)
                found.push_back({"overlap", request + ": " + tell(*runs[i - 1]) + " and " + tell(*runs[i])});
    }
    return found;
}

violations missed_deadlines(const evidence& known) {
    violations found;
    for (const auto& run : known.runs) {
        if (!run.started || !run.ended) continue;
        const auto ran = unhindered({*run.started, *run.ended}, known.hindered);
        if (ran > known.longest_run)
            found.push_back({"missed deadline", tell(run) + " had " + std::to_string(ran.count()) +
                                                    " ms in which it could have been stopped"});
    }
    return found;
}

violations incomplete_logs(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    for (const auto& [id, runs] : starts_of(known)) {
        const auto& run = *runs.back();
        const auto log = known.logs.find(id);
        const auto job = jobs.find(id);
        if (job == jobs.end()) continue;
        if (log == known.logs.end()) {
            found.push_back({"no log", tell(*job->second) + ", " + tell(run)});
            continue;
        }
        if (is_marked(log->second) || !run.last_words || last_line(log->second) == *run.last_words) continue;
        found.push_back({"incomplete log", tell(*job->second) + ", " + tell(run) + " ends with \"" +
                                               last_line(log->second) + "\", and the engine's with \"" +
                                               *run.last_words + "\""});
    }
    return found;
}

violations dropped_comments(const evidence& known) {
    violations found;
    const auto jobs = by_id(known.jobs);
    const auto starts = starts_of(known);
    std::set<std::string> seen;
    for (const auto& one : known.posts) {
        if (!one.acknowledged() || one.words.empty() || one.answer != "queued" || !seen.insert(one.delivery).second)
            continue;
        const auto id = known.job_of.find(one.delivery);
        const auto job = id == known.job_of.end() ? jobs.end() : jobs.find(id->second);
        if (job == jobs.end()) continue;  // an unkept promise
        if (job->second->state == "superseded")
            found.push_back({"dropped comment", tell(one) + " ends with " + tell(*job->second)});
        if (!starts.contains(job->first)) continue;
        const auto log = known.logs.find(job->first);
        if (log == known.logs.end() || is_marked(log->second)) continue;
        // An agent that is stopped in its first moments has not come to its prompt.
        if (log->second.find("agent: committed") == std::string::npos &&
            log->second.find("agent: giving up") == std::string::npos)
            continue;
        if (log->second.find(one.words) == std::string::npos)
            found.push_back({"dropped comment", tell(one) + " is not in the prompt of " + tell(*job->second)});
    }
    return found;
}

violations dropped_updates(const evidence& known) {
    violations found;
    std::map<std::string, const job_row*> newest;
    for (const auto& job : known.jobs)
        if (job.kind == "mr_updated") {
            auto& one = newest[request_of(job.path, job.number)];
            if (one == nullptr || one->id < job.id) one = &job;
        }
    for (const auto& [request, job] : newest)
        if (job->state == "superseded") found.push_back({"dropped update", tell(*job)});
    return found;
}

/// An engine that was frozen at the close did afterwards what it had been told before; what has started so is stopped.
bool was_under_way(const evidence& known, const post& close, const agent_run& run, const job_row& job) {
    constexpr milliseconds to_catch_up{2000};
    return job.state == "cancelled" && std::ranges::any_of(known.hindered, [&](const interval& away) {
               return away.from <= close.answered && *run.started <= away.to + to_catch_up;
           });
}

violations starts_after_close(const evidence& known) {
    using namespace std::chrono_literals;
    violations found;
    const auto jobs = by_id(known.jobs);
    std::map<std::string, post> closes;  // a delivery that comes again closes nothing once more
    for (const auto& one : known.posts) {
        if (one.what != news::closed) continue;
        auto& close = closes.try_emplace(one.delivery, one).first->second;
        close.sent = std::min(close.sent, one.sent);
        if (!close.acknowledged()) {
            close.answered = one.answered;
            close.status = one.status;
        }
    }
    for (const auto& [delivery, close] : closes) {
        if (!close.acknowledged()) continue;
        for (const auto& run : known.runs) {
            const auto job = jobs.find(run.job);
            if (!run.started || job == jobs.end() || !job->second->created_at) continue;
            if (job->second->path != close.path || job->second->number != close.number) continue;
            const bool waited = wall_time(milliseconds(*job->second->created_at)) < close.sent - 1s;
            if (waited && *run.started > close.answered + 1s && !was_under_way(known, close, run, *job->second))
                found.push_back({"start after close",
                                 tell(close) + ", closed " + core::to_rfc3339(close.answered) + ": " + tell(run)});
        }
    }
    return found;
}

violations wrong_figures(const evidence& known) {
    violations found;
    for (const auto& page : known.scrapes)
        if (page.spawned != page.active + page.ended)
            found.push_back({"wrong figures", std::to_string(page.spawned) + " spawned, " +
                                                  std::to_string(page.active) + " active, " +
                                                  std::to_string(page.ended) + " ended"});
    return found;
}

violations wrong_ends(const evidence& known) {
    violations found;
    for (const auto& one : known.lives) {
        const auto when = core::to_rfc3339(one.ended) + ": ";
        const bool no_room = one.disk_was_full && !one.ready && one.code == 1;
        if (!one.how && no_room) continue;
        if (!one.how)
            found.push_back({"wrong end", when + "the server ended by itself with " + std::to_string(one.code)});
        else if ((*one.how == death::asked || *one.how == death::pressed) && one.code != 0 && one.code != 1)
            found.push_back({"wrong end", when + "after " + std::string(to_text(*one.how)) + " the server ended with " +
                                              std::to_string(one.code)});
    }
    return found;
}

violations leftovers(const evidence& known) {
    violations found;
    for (const auto& one : known.left) found.push_back({"left behind", one});
    return found;
}

violations check(const evidence& known) {
    constexpr std::array rules{&unkept_promises, &changed_outcomes,   &untrue_outcomes, &ignored_orders,
                               &second_starts,   &repeated_successes, &overlaps,        &missed_deadlines,
                               &incomplete_logs, &dropped_comments,   &dropped_updates, &starts_after_close,
                               &wrong_figures,   &wrong_ends,         &leftovers};
    violations all;
    for (const auto rule : rules) {
        auto found = rule(known);
        std::ranges::move(found, std::back_inserter(all));
    }
    return all;
}

}  // namespace familiar::test::chaos
