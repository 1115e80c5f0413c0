#include "git/guarded_names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace familiar::git {

namespace {

/// Files, and folders with all that is in them, in lower case.
constexpr std::array<std::string_view, 16> guarded_anywhere{
    ".agents",             // Codex and others: skills
    ".claude",             // Claude Code: settings with hooks, commands, agents, skills
    ".codex",              // Codex: config.toml
    ".cursor",             // Cursor: rules, mcp.json, hooks
    ".cursorrules",        // Cursor, until 2025
    ".familiar",           // Familiar itself
    ".gemini",             // Gemini CLI: settings with hooks and servers
    ".mcp.json",           // Claude Code: servers that it starts
    ".opencode",           // OpenCode: agents, commands, plugins
    "agents.md",           // Codex, OpenCode, Cursor and others: instructions
    "agents.override.md",  // Codex: instructions that go before AGENTS.md
    "claude.local.md",     // Claude Code: instructions
    "claude.md",           // Claude Code: instructions
    "gemini.md",           // Gemini CLI: instructions
    "opencode.json",       // OpenCode: settings with servers
    "opencode.jsonc",      // OpenCode
};

/// The same where only a part of a folder matters.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> guarded_in{{
    {".github", "agents"},                   // Copilot: agents
    {".github", "copilot-instructions.md"},  // Copilot: instructions
    {".github", "instructions"},             // Copilot: instructions for parts of a repository
}};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return out;
}

bool is_guarded_part(std::string_view folder, std::string_view name) {
    if (std::ranges::find(guarded_anywhere, name) != guarded_anywhere.end()) return true;
    return std::ranges::find(guarded_in, std::pair(folder, name)) != guarded_in.end();
}

}  // namespace

bool is_guarded(std::string_view path) {
    const auto all = lower(path);
    std::string_view left = all;
    std::string_view folder;
    for (;;) {
        const auto end = std::min(left.find('/'), left.size());
        const auto name = left.substr(0, end);
        if (is_guarded_part(folder, name)) return true;
        // What is called like such a folder and is none (".github", a link) leads somewhere else, or keeps it away.
        if (end == left.size())
            return std::ranges::any_of(guarded_in, [&](const auto& in) { return in.first == name; });
        left.remove_prefix(end + 1);
        folder = name;
    }
}

}  // namespace familiar::git
