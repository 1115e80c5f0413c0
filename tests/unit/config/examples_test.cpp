#include "reading.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(example_configurations)

const std::filesystem::path folder = std::filesystem::path(FAMILIAR_SOURCE_DIR) / "containers" / "example";

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    BOOST_TEST_REQUIRE(in.good(), file);
    return {std::istreambuf_iterator<char>(in), {}};
}

BOOST_AUTO_TEST_CASE(all_load) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".yaml") continue;
        ++count;
        const auto result = parse(text_of(entry.path()), entry.path().filename(),
                                  {{"GITHUB_WEBHOOK_SECRET", "s"}, {"GITHUB_TOKEN", "t"}});
        BOOST_TEST(result.has_value(), errors_of(result));
    }
    BOOST_TEST(count >= 3);
}

BOOST_AUTO_TEST_CASE(are_closed_as_they_stand) {
    for (const auto* name : {"minimal.yaml", "dev.yaml", "full.yaml"}) BOOST_TEST_CONTEXT(name) {
            const auto result = parse(text_of(folder / name), name, {{"GITHUB_WEBHOOK_SECRET", "s"}});
            BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
            BOOST_TEST((result->values.triggers.minimum_permission == permission::write));
            BOOST_TEST(result->values.triggers.allow_users.empty());
            BOOST_TEST(contains(warnings_of(result), "nobody can start an agent there"));
        }
}

BOOST_AUTO_TEST_CASE(for_developers_need_no_environment_and_stay_on_this_machine) {
    const auto result = parse(text_of(folder / "dev.yaml"), "dev.yaml", {});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(result->values.server.host == "127.0.0.1");
    BOOST_TEST(result->values.server.port == 7000);
    BOOST_TEST(revealed(result->values.providers.github.webhook_secret) == std::vector<std::string>{"development"},
               boost::test_tools::per_element());
    BOOST_TEST(result->values.storage.path == std::filesystem::current_path() / "build/dev/familiar.db");
}

/// Whether the file itself has the dotted key, whatever its value.
bool has_key(YAML::Node node, std::string_view key) {
    while (!key.empty()) {
        const auto name = key.substr(0, key.find('.'));
        const auto next = node[std::string(name)];
        if (!next.IsDefined()) return false;
        node.reset(next);
        key.remove_prefix(std::min(name.size() + 1, key.size()));
    }
    return true;
}

BOOST_AUTO_TEST_CASE(have_every_key_in_full) {
    const auto full = YAML::Load(text_of(folder / "full.yaml"));
    const auto keys = known_keys();
    BOOST_TEST(keys.size() > 90U);
    for (const auto& key : keys) BOOST_TEST(has_key(full, key), "full.yaml has no " + key);
}

BOOST_AUTO_TEST_CASE(show_the_defaults_in_full) {
    const auto full = parse(text_of(folder / "full.yaml"), "full.yaml", {});
    BOOST_TEST_REQUIRE(full.has_value(), errors_of(full));
    const settings defaults;
    const auto& values = full->values;
    BOOST_TEST(values.server.max_buffered == defaults.server.max_buffered);
    BOOST_TEST((values.server.request_timeout == defaults.server.request_timeout));
    BOOST_TEST((values.storage.retention == defaults.storage.retention));
    BOOST_TEST(values.concurrency.queue_size == defaults.concurrency.queue_size);
    BOOST_TEST((values.agents.timeout == defaults.agents.timeout));
    BOOST_TEST((values.agents.debounce_max == defaults.agents.debounce_max));
    BOOST_TEST(values.agents.memory == defaults.agents.memory);
    BOOST_TEST((values.docker.pull_timeout == defaults.docker.pull_timeout));
    BOOST_TEST((values.git.timeout == defaults.git.timeout));
    BOOST_TEST(values.logging.max_log == defaults.logging.max_log);
    BOOST_TEST((values.retry.max_backoff == defaults.retry.max_backoff));
    BOOST_TEST(values.providers.gitlab.git_url == defaults.providers.gitlab.git_url);
    BOOST_TEST((values.triggers.forks == defaults.triggers.forks));
    BOOST_TEST(values.events.mr_comment == defaults.events.mr_comment);
    BOOST_TEST((values.permissions.push_commits == defaults.permissions.push_commits));
    BOOST_TEST(values.prompts.mention == defaults.prompts.mention);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
