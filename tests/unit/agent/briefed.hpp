#pragma once

#include "agent/briefing.hpp"
#include "support/unit_test.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace familiar::test {

/// A merge request as both forges tell of it, and what a test makes of it.
struct briefed {
    briefed() {
        auto& subject = what.subject;
        subject.repo = {.forge = event::provider::github, .path = "acme/widgets", .default_branch = "main"};
        subject.request = {.number = 7,
                           .title = "Let the spinner spin",
                           .description = "It stood still.\n\nCloses #3.",
                           .url = "https://github.com/acme/widgets/pull/7",
                           .source_branch = "spin",
                           .target_branch = "main",
                           .head = {},
                           .source_path = "acme/widgets",
                           .head_origin = event::origin::same_repository,
                           .draft = false,
                           .author = {.login = "ada", .id = 1, .bot = false}};
        subject.sender = subject.request.author;
        where.branch = "spin";
        where.target_branch = "main";
        where.head = "6a9c1d20f3b7e8a4c5d6e7f8091a2b3c4d5e6f70";
        where.changed_files = {"src/lib/spin.cpp", "src/lib/spin.hpp"};
        where.working_directory = "src/lib";
    }

    static event::comment comment(std::int64_t id, std::string body) {
        event::comment note;
        note.id = id;
        note.body = std::move(body);
        return note;
    }

    /// Who asks, and the comment that the agent is there for.
    event::comment& asks(std::string login, std::int64_t id, std::string body) {
        what.kind = event::kind::mention;
        what.subject.what = event::action::commented;
        what.subject.sender = {.login = std::move(login), .id = 2, .bot = false};
        what.subject.note = comment(id, std::move(body));
        return *what.subject.note;
    }

    /// A comment that came later.
    event::comment& joins(std::string login, std::int64_t id, std::string body) {
        auto later = what.subject;
        later.sender.login = std::move(login);
        later.note = comment(id, std::move(body));
        what.joined.push_back(std::move(later));
        return *what.joined.back().note;
    }

    event::remark& said(std::string login, std::int64_t id, std::string body, const char* when) {
        event::remark one;
        one.said = comment(id, std::move(body));
        one.author.login = std::move(login);
        one.written = *core::parse_time(when);
        what.conversation.push_back(std::move(one));
        return what.conversation.back();
    }

    void wishes(std::string login, event::actions wanted, std::string instructions) {
        what.wishes.push_back({.who = {.login = std::move(login), .id = 3, .bot = false},
                               .wanted = wanted,
                               .instructions = std::move(instructions)});
    }

    std::string prompt() const { return agent::prompt(settings, what, where); }
    bool prompt_has(std::string_view text) const { return prompt().find(text) != std::string::npos; }
    std::size_t times(std::string_view text) const {
        const auto all = prompt();
        std::size_t count = 0;
        for (auto at = all.find(text); at != all.npos; at = all.find(text, at + 1)) ++count;
        return count;
    }

    config::settings settings;
    agent::assignment what;
    git::workspace where;
};

}  // namespace familiar::test
