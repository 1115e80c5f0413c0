#include "config/reload.hpp"
#include "reading.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string_view>

/// README.md's configuration reference, held to what the reader of the file knows: every key, its default, and whether
/// a change of it needs a restart. A row is
///
///     | `server.port` | `7000` | TCP port of ... (restart) |
///
/// with the default as the file would have it, or in words where no value of the file says it.
namespace familiar::config::test {

namespace {

const std::filesystem::path source(FAMILIAR_SOURCE_DIR);

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    BOOST_TEST_REQUIRE(in.good(), file);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct row {
    std::string key;
    std::string value;       ///< of the default, in YAML; empty if it is told in words
    bool restart = false;    ///< whether it is marked
    bool explained = false;  ///< whether anything else stands there
};

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// What stands between backticks if that is all there is.
std::string code(const std::string& cell) {
    const bool is_code = cell.size() > 2 && cell.front() == '`' && cell.find('`', 1) == cell.size() - 1;
    return is_code ? cell.substr(1, cell.size() - 2) : std::string();
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in(line.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
    return cells;
}

/// The rows of all tables below the heading, up to the next one of its rank.
std::vector<row> reference() {
    std::vector<row> rows;
    bool inside = false;
    std::istringstream in(text_of(source / "README.md"));
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("## ")) inside = line == "## Configuration reference";
        if (!inside || !line.starts_with("| `")) continue;
        const auto cells = cells_of(line);
        BOOST_TEST_REQUIRE(cells.size() == 3U, line);
        const auto mark = cells[2].rfind("(restart)");
        rows.push_back({.key = code(cells[0]),
                        .value = code(cells[1]),
                        .restart = mark != std::string::npos,
                        .explained = !cells[1].empty() && mark != 0 && !cells[2].empty()});
    }
    return rows;
}

const row& row_of(const std::vector<row>& rows, std::string_view key) {
    static const row none;
    const auto found = std::ranges::find(rows, key, &row::key);
    return found == rows.end() ? none : *found;
}

/// Keys that are not empty where the file has nothing: told in words.
bool is_told_in_words(std::string_view key) {
    return key == "providers.gitlab.git_url" || key.starts_with("prompts.");
}

/// A configuration with this key alone, and what no configuration can do without.
settings with(const std::string& key, const std::string& value) {
    YAML::Node file;
    file["providers"]["github"]["webhook_secret"] = "a-secret";
    file["providers"]["gitlab"]["webhook_secret"] = "a-secret";
    auto at = file;
    std::istringstream names(key);
    std::string name;
    std::vector<std::string> path;
    while (std::getline(names, name, '.')) path.push_back(name);
    for (std::size_t depth = 0; depth + 1 < path.size(); ++depth) at.reset(at[path[depth]]);
    at[path.back()] = YAML::Load(value);
    const auto result = parse(YAML::Dump(file), "f.yaml", {});
    if (!result) BOOST_FAIL(key + ": " + value + ": " + errors_of(result));
    return result->values;
}

bool is_default(const changeable& key, const std::string& value) {
    return key.same(with(key.key, value), settings{});
}

bool is_empty(const std::string& yaml) {
    return yaml == "\"\"" || yaml == "[]" || yaml == "{}";
}

/// The keys that may be empty, and whether they are by default: in the file an empty value stands for any default, so
/// that it could hide one.
std::map<std::string, bool> empty_by_default() {
    const settings values;
    const auto& github = values.providers.github;
    const auto& gitlab = values.providers.gitlab;
    return {
        {"instance", values.instance.empty()},
        {"server.api_token", values.server.api_token.empty()},
        {"agents.command", values.agents.command.empty()},
        {"agents.user", values.agents.user.empty()},
        {"agents.env", values.agents.env.empty()},
        {"agents.auth_dir", values.agents.auth_dir.empty()},
        {"agents.secrets", values.agents.secrets.empty()},
        {"docker.host", values.docker.host.empty()},
        {"git.ca_file", values.git.ca_file.empty()},
        {"repo_cache.host_dir", values.repo_cache.host_dir.empty()},
        {"providers.github.token", github.token.empty()},
        {"providers.github.app_id", github.app_id.empty()},
        {"providers.github.private_key", github.private_key.empty()},
        {"providers.github.webhook_secret", github.webhook_secret.empty()},
        {"providers.gitlab.token", gitlab.token.empty()},
        {"providers.gitlab.webhook_secret", gitlab.webhook_secret.empty()},
        {"providers.gitlab.signing_token", gitlab.signing_token.empty()},
        {"triggers.repositories", values.triggers.repositories.empty()},
        {"triggers.allow_users", values.triggers.allow_users.empty()},
        {"triggers.allow_bots", values.triggers.allow_bots.empty()},
        {"repo_overrides.agent_images", values.repo_overrides.agent_images.empty()},
        {"intent.api.model", values.intent.api.model.empty()},
        {"intent.api.api_key", values.intent.api.api_key.empty()},
    };
}

/// The value of a dotted key as the example file has it, on one line.
std::string value_in(YAML::Node file, const std::string& key) {
    std::istringstream names(key);
    for (std::string name; std::getline(names, name, '.');) {
        const auto next = file[name];
        if (!next.IsDefined()) return {};
        file.reset(next);
    }
    YAML::Emitter out;
    out << YAML::Flow << file;
    return out.c_str();
}

/// The same value however it is quoted.
std::string normalised(const std::string& yaml) {
    YAML::Emitter out;
    out << YAML::Flow << YAML::Load(yaml);
    return out.c_str();
}

struct documents {
    std::vector<row> readme = reference();
    YAML::Node full = YAML::LoadFile((source / "containers" / "example" / "full.yaml").string());
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_reference_of_the_readme, documents)

BOOST_AUTO_TEST_CASE(has_every_key_once_and_no_other) {
    std::vector<std::string> written;
    for (const auto& row : readme) {
        written.push_back(row.key);
        BOOST_TEST(row.explained, row.key + " is not explained");
    }
    auto known = known_keys();
    std::ranges::sort(written);
    std::ranges::sort(known);
    BOOST_TEST(written == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(has_the_defaults) {
    for (const auto& key : changeables()) {
        const auto& value = row_of(readme, key.key).value;
        BOOST_TEST(value.empty() == is_told_in_words(key.key), std::string(key.key) + " has no default");
        if (value.empty()) continue;
        BOOST_TEST(is_default(key, value), std::string(key.key) + " is not " + value + " by default");
    }
}

BOOST_AUTO_TEST_CASE(calls_empty_what_is_empty) {
    auto empty = empty_by_default();
    for (const auto& row : readme)
        if (is_empty(row.value)) BOOST_TEST(empty[row.key], row.key + " is not empty by default");
}

BOOST_AUTO_TEST_CASE(marks_what_needs_a_restart) {
    for (const auto& key : changeables())
        BOOST_TEST(row_of(readme, key.key).restart == (key.felt == effect::at_restart),
                   std::string(key.key) + " is marked (restart) and needs none, or the other way round");
}

BOOST_AUTO_TEST_CASE(says_what_the_full_example_says) {
    for (const auto& row : readme) {
        const auto example = value_in(full, row.key);
        const bool is_variable = example.find("${") != std::string::npos;
        const std::string documented = row.value.empty() ? "\"\"" : row.value;
        if (!is_variable) BOOST_TEST(example == normalised(documented), row.key + ": full.yaml has " + example);
    }
}

BOOST_AUTO_TEST_CASE(would_not_have_a_wrong_default) {
    const auto port = std::ranges::find(changeables(), std::string_view("server.port"), &changeable::key);
    BOOST_TEST_REQUIRE((port != changeables().end()));
    BOOST_TEST(is_default(*port, "7000"));
    BOOST_TEST(!is_default(*port, "7001"));
}

BOOST_AUTO_TEST_SUITE_END()

/// What the file has is the default; the variables in it have no value here, but for the secret that one forge needs.
BOOST_AUTO_TEST_CASE(the_full_example_has_all_defaults) {
    const auto full =
        parse(text_of(source / "containers" / "example" / "full.yaml"), "full.yaml", {{"GITHUB_WEBHOOK_SECRET", "s"}});
    BOOST_TEST_REQUIRE(full.has_value(), errors_of(full));
    for (const auto& key : changeables())
        if (std::string_view(key.key) != "providers.github.webhook_secret")
            BOOST_TEST(key.same(full->values, settings{}), std::string(key.key) + " is not its default in full.yaml");
}

}  // namespace familiar::config::test
