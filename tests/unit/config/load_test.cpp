#include "reading.hpp"
#include "support/temporary_directory.hpp"
#include "support/without_privileges.hpp"

#include <cstdlib>
#include <fstream>

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(loading)

struct places {
    std::filesystem::path write(const std::string& name, const std::string& text) {
        const auto path = folder / name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    load_result load_here(const environment& process = {}, const std::optional<std::filesystem::path>& file = {},
                          const std::optional<std::filesystem::path>& env_file = {}) {
        return load(file, env_file, process, search);
    }
    familiar::test::temporary_directory folder;
    search_places search{.configurations = {folder / "familiar.yaml", folder / "config.yaml"},
                         .env_files = {folder / ".env", folder / "familiar.env"}};
};

std::string named(const std::string& instance) {
    return forge + "instance: " + instance + "\n";
}

BOOST_FIXTURE_TEST_CASE(takes_the_first_file_there_is, places) {
    write("config.yaml", named("second"));
    auto result = load_here();
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(result->values.instance == "second");
    BOOST_TEST(result->file == (folder / "config.yaml").string());
    write("familiar.yaml", named("first"));
    BOOST_TEST(load_here()->values.instance == "first");
}

BOOST_FIXTURE_TEST_CASE(takes_the_file_that_was_named_and_no_other, places) {
    write("familiar.yaml", named("found"));
    const auto file = write("mine.yaml", named("mine"));
    BOOST_TEST(load_here({}, file)->values.instance == "mine");
    const auto missing = folder / "missing.yaml";
    BOOST_TEST(errors_of(load_here({}, missing)) ==
               missing.string() + ": cannot read the configuration: No such file or directory");
    BOOST_TEST(errors_of(load_here({}, folder.path())) ==
               folder.path().string() + ": cannot read the configuration: it is a folder");
}

BOOST_FIXTURE_TEST_CASE(tells_where_it_looked_when_there_is_none, places) {
    const auto text = errors_of(load_here());
    BOOST_TEST(text.starts_with("no configuration found: none of " + (folder / "familiar.yaml").string() + ", "), text);
    BOOST_TEST(contains(text, "--config"));
}

BOOST_FIXTURE_TEST_CASE(names_the_file_in_errors, places) {
    const auto file = write("familiar.yaml", "server: {prot: 1}\n" + forge);
    BOOST_TEST(errors_of(load_here()) == file.string() + ":1:10: server.prot: unknown key; did you mean port?");
}

BOOST_FIXTURE_TEST_CASE(prefers_the_process_then_env_then_the_system_wide_file, places) {
    write("familiar.yaml", forge + "git: {author_name: \"${A}-${B}-${C}\"}\n");
    write(".env", "A=env\nB=env\n");
    write("familiar.env", "A=etc\nB=etc\nC=etc\n");
    const auto result = load_here({{"A", "process"}});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(result->values.git.author_name == "process-env-etc");
}

BOOST_FIXTURE_TEST_CASE(takes_a_named_env_file_in_place_of_the_others, places) {
    write("familiar.yaml", forge + "git: {author_name: \"${A}-${B:-none}\"}\n");
    write(".env", "A=env\nB=env\n");
    const auto file = write("mine.env", "A=mine\n");
    BOOST_TEST(load_here({}, {}, file)->values.git.author_name == "mine-none");
    const auto missing = folder / "missing.env";
    BOOST_TEST(errors_of(load_here({}, {}, missing)) ==
               missing.string() + ": cannot read the env file: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(says_who_may_not_read_a_file, places) {
    const auto file = write("mine.env", "A=mine\n");
    std::filesystem::permissions(file, std::filesystem::perms::none);
    const familiar::test::without_privileges nobody;
    BOOST_TEST(errors_of(load_here({}, {}, file)) ==
               file.string() + ": cannot read the env file: Permission denied; it has to be readable for uid " +
                   std::to_string(::geteuid()) + ", as which this runs");
}

BOOST_FIXTURE_TEST_CASE(stops_at_mistakes_in_an_env_file, places) {
    write("familiar.yaml", named("x"));
    const auto file = write(".env", "A=1\nnonsense\n");
    BOOST_TEST(errors_of(load_here()) ==
               file.string() + ":2:1: must be NAME=value, with no blank before the equals sign");
}

BOOST_FIXTURE_TEST_CASE(does_not_change_the_environment_of_the_process, places) {
    write("familiar.yaml", named("x"));
    write(".env", "FAMILIAR_TEST_ONLY=1\n");
    BOOST_TEST_REQUIRE(load_here(process_environment()).has_value());
    BOOST_TEST(!process_environment().contains("FAMILIAR_TEST_ONLY"));
    BOOST_TEST(read_environment({}, {}, search)->at("FAMILIAR_TEST_ONLY") == "1");
}

BOOST_AUTO_TEST_CASE(knows_the_environment_of_the_process) {
    BOOST_TEST_REQUIRE(std::getenv("PATH") != nullptr);  // NOLINT(concurrency-mt-unsafe): nothing here writes it
    BOOST_TEST(process_environment().at("PATH") == std::getenv("PATH"));  // NOLINT(concurrency-mt-unsafe)
}

BOOST_AUTO_TEST_CASE(looks_where_the_manual_says) {
    const search_places standard;
    BOOST_TEST(standard.configurations ==
                   (std::vector<std::filesystem::path>{"familiar.yaml", "config.yaml", "/etc/familiar/config.yaml"}),
               boost::test_tools::per_element());
    BOOST_TEST(standard.env_files == (std::vector<std::filesystem::path>{".env", "/etc/familiar/familiar.env"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(throws_everything_that_is_wrong_where_nobody_looks_at_the_result) {
    BOOST_CHECK_EXCEPTION(
        read("a: 1\nserver: {port: x}\n").value(), std::runtime_error, [](const std::runtime_error& thrown) {
            return contains(thrown.what(), "f.yaml:3:1: ") && contains(thrown.what(), "f.yaml:4:16: ");
        });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
