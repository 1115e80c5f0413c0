#include "config/overrides.hpp"
#include "reading.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(example_configurations)

const std::filesystem::path containers = std::filesystem::path(FAMILIAR_SOURCE_DIR) / "containers";
const std::filesystem::path folder = containers / "example";

/// What the examples need before they are accepted.
const environment one_forge{{"GITHUB_WEBHOOK_SECRET", "s"}};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    BOOST_TEST_REQUIRE(in.good(), file);
    return {std::istreambuf_iterator<char>(in), {}};
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

BOOST_AUTO_TEST_CASE(all_load) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".yaml") continue;
        ++count;
        const auto result = parse(text_of(entry.path()), entry.path().filename(),
                                  {{"GITHUB_WEBHOOK_SECRET", "s"}, {"GITHUB_TOKEN", "t"}});
        BOOST_TEST(result.has_value(), errors_of(result));
    }
    BOOST_TEST(count >= 4);
}

BOOST_AUTO_TEST_CASE(are_closed_as_they_stand) {
    for (const auto* name : {"minimal.yaml", "dev.yaml", "full.yaml", "service.yaml"}) BOOST_TEST_CONTEXT(name) {
            const auto result = parse(text_of(folder / name), name, one_forge);
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
    BOOST_TEST(result->values.server.api_token.reveal() == "development");
    BOOST_TEST(result->values.storage.path == std::filesystem::current_path() / "build/dev/familiar.db");
}

environment variables_of_a_service() {
    auto file = parse_env_file(text_of(containers / ".env.example"), ".env.example");
    BOOST_TEST(file.errors.empty(), to_text(file.errors));
    return file.variables;
}

BOOST_AUTO_TEST_CASE(for_a_service_have_no_secret_before_somebody_sets_one) {
    const auto variables = variables_of_a_service();
    for (const auto* name :
         {"GITHUB_WEBHOOK_SECRET", "GITLAB_WEBHOOK_SECRET", "GITHUB_TOKEN", "GITLAB_TOKEN", "ANTHROPIC_API_KEY"}) {
        BOOST_TEST_REQUIRE(variables.contains(name), name);
        BOOST_TEST(variables.at(name).empty(), name);
    }
    for (const auto* name : {"minimal.yaml", "full.yaml", "service.yaml"}) {
        const auto refused = errors_of(parse(text_of(folder / name), name, variables));
        BOOST_TEST(contains(refused, "GITHUB_WEBHOOK_SECRET is not set"), name << ": " << refused);
    }
}

BOOST_AUTO_TEST_CASE(for_a_service_keep_everything_in_one_folder_and_leave_agents_to_the_next_version) {
    auto variables = variables_of_a_service();
    variables["GITHUB_WEBHOOK_SECRET"] = "s";
    for (const std::string where : {"/srv/familiar", "/data/here"}) {
        if (where != "/srv/familiar") variables["FAMILIAR_DIR"] = where;
        const auto result = parse(text_of(folder / "service.yaml"), "service.yaml", variables);
        BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
        BOOST_TEST(result->values.storage.path == where + "/familiar.db");
        BOOST_TEST(result->values.repo_cache.dir == where + "/cache");
        BOOST_TEST(result->values.repo_cache.host_dir.empty());
        BOOST_TEST(result->values.logging.dir == where + "/log");
        BOOST_TEST((result->values.shutdown.agents == agents_policy::detach));
        BOOST_TEST(result->values.server.port == settings().server.port, "compose.yaml publishes and asks the default");
    }
}

BOOST_AUTO_TEST_CASE(for_a_service_serve_each_forge_that_has_a_secret) {
    for (const auto& [variable, github] :
         {std::pair{"GITHUB_WEBHOOK_SECRET", true}, {"GITLAB_WEBHOOK_SECRET", false}}) {
        auto variables = variables_of_a_service();
        variables[variable] = "s";
        const auto result = parse(text_of(folder / "service.yaml"), "service.yaml", variables);
        BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
        BOOST_TEST(result->values.providers.github.enabled() == github);
        BOOST_TEST(result->values.providers.gitlab.enabled() == !github);
    }
}

BOOST_AUTO_TEST_CASE(for_a_service_give_agents_the_key_and_operators_their_token) {
    auto variables = variables_of_a_service();
    variables.insert_or_assign("GITHUB_WEBHOOK_SECRET", "s");
    variables.insert_or_assign("ANTHROPIC_API_KEY", "sk-ant");
    variables.insert_or_assign("FAMILIAR_TOKEN", "operator");
    const auto result = parse(text_of(folder / "service.yaml"), "service.yaml", variables);
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST_REQUIRE(result->values.agents.secrets.contains("anthropic_api_key"));
    BOOST_TEST(result->values.agents.secrets.at("anthropic_api_key").reveal() == "sk-ant");
    BOOST_TEST(result->values.server.api_token.reveal() == "operator");
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    return text;
}

const auto repository_example = folder / "repository" / ".familiar" / "config.yaml";

BOOST_AUTO_TEST_CASE(for_a_repository_fit_a_server_with_its_defaults) {
    const auto server = std::make_shared<const settings>();
    const auto result = override_with(server, text_of(repository_example), "config.yaml");
    BOOST_TEST_REQUIRE(result.has_value(), result.error().message);
    BOOST_TEST(result->warnings.empty(), joined(result->warnings));
    BOOST_TEST(!result->in_force->events.mr_updated);
    BOOST_TEST(contains(result->in_force->prompts.mr_opened, "{MR_TITLE}"));
    BOOST_TEST(result->in_force->prompts.mr_updated == server->prompts.mr_updated);
}

/// The keys that it shows are all there are: those in comments count.
BOOST_AUTO_TEST_CASE(for_a_repository_show_every_key) {
    auto text = text_of(repository_example);
    const std::string hidden = "# agent_image:";
    BOOST_TEST_REQUIRE(contains(text, hidden));
    text.replace(text.find(hidden), 2, "");
    const auto result = override_with(std::make_shared<const settings>(), text, "config.yaml");
    BOOST_TEST_REQUIRE(result.has_value(), result.error().message);
    BOOST_TEST(contains(joined(result->warnings), "agent_image"));
    const auto keys = YAML::Load(text);
    for (const auto& key : known_keys())
        if (key.starts_with("events.") || key.starts_with("permissions.")) BOOST_TEST(has_key(keys, key), key);
}

BOOST_AUTO_TEST_CASE(have_every_key_in_full) {
    const auto full = YAML::Load(text_of(folder / "full.yaml"));
    const auto keys = known_keys();
    BOOST_TEST(keys.size() > 90U);
    for (const auto& key : keys) BOOST_TEST(has_key(full, key), "full.yaml has no " + key);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
