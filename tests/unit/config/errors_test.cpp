#include "reading.hpp"

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(errors_in_the_file)

struct wrong {
    std::string text;  ///< begins with line 3
    std::string message;
};

void check(const std::vector<wrong>& table, const environment& variables = {}) {
    for (const auto& [text, message] : table) BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(errors(text, variables) == message);
        }
}

BOOST_AUTO_TEST_CASE(tell_unknown_keys_and_what_was_meant) {
    check({
        {"server:\n  prot: 1\n", "f.yaml:4:3: server.prot: unknown key; did you mean port?"},
        {"agents: {time-out: 3s}\n", "f.yaml:3:10: agents.time-out: unknown key; did you mean timeout?"},
        {"concurency: {max_agents: 1}\n", "f.yaml:3:1: concurency: unknown key; did you mean concurrency?"},
        {"server: {max_agents: 3}\n", "f.yaml:3:10: server.max_agents: unknown key; there is concurrency.max_agents"},
        {"port: 80\n", "f.yaml:3:1: port: unknown key; there is server.port"},
        {"agents: {server: {}}\n", "f.yaml:3:10: agents.server: unknown key; there is server at the top"},
        {"server: {webhook_secret: x}\n",
         "f.yaml:3:10: server.webhook_secret: unknown key; there is providers.github.webhook_secret and "
         "providers.gitlab.webhook_secret"},
        {"server: {api_token_fil: x}\n",
         "f.yaml:3:10: server.api_token_fil: unknown key; did you mean api_token_file?"},
        {"colour: red\n", "f.yaml:3:1: colour: unknown key"},
        {"intent: {api: {modle: x}}\n", "f.yaml:3:16: intent.api.modle: unknown key; did you mean model?"},
        {"<<: {a: 1}\n", "f.yaml:3:1: <<: unknown key"},
        {"agents: {env: {colour: red}}\ncolour: red\n", "f.yaml:4:1: colour: unknown key"},
    });
}

BOOST_AUTO_TEST_CASE(tell_keys_that_stand_twice) {
    check({
        {"server:\n  port: 1\n  host: ::1\n  port: 2\n", "f.yaml:6:3: server.port: stands here twice, first in line 4"},
        {"instance: a\ninstance: a\n", "f.yaml:4:1: instance: stands here twice, first in line 3"},
        {"providers: {}\n", "f.yaml:3:1: providers: stands here twice, first in line 1"},
        {"agents: {env: {A: 1, A: 2}}\n", "f.yaml:3:22: agents.env.A: stands here twice, first in line 3"},
    });
}

BOOST_AUTO_TEST_CASE(tell_values_of_the_wrong_kind) {
    check({
        {"server: 7000\n", "f.yaml:3:9: server: must be a mapping of keys to values"},
        {"server: [a]\n", "f.yaml:3:9: server: must be a mapping of keys to values"},
        {"server: {port: [1]}\n", "f.yaml:3:16: server.port: must be a single value, not a list"},
        {"server: {port: {a: 1}}\n", "f.yaml:3:16: server.port: must be a single value, not a mapping"},
        {"server: {port: http}\n", "f.yaml:3:16: server.port: must be a whole number from 0 to 65535, not 'http'"},
        {"server: {port: 7000.5}\n", "f.yaml:3:16: server.port: must be a whole number from 0 to 65535, not '7000.5'"},
        {"agents: {cpus: two}\n", "f.yaml:3:16: agents.cpus: must be a number from 0.01 to 1024, not 'two'"},
        {"agents: {cpus: nan}\n", "f.yaml:3:16: agents.cpus: must be a number from 0.01 to 1024, not 'nan'"},
        {"agents: {timeout: 30}\n",
         "f.yaml:3:19: agents.timeout: must be a duration such as 90s, 30m or 1h30m, or 0, not '30'"},
        {"server: {idle_timeout: soon}\n",
         "f.yaml:3:24: server.idle_timeout: must be a duration such as 90s, 30m or 1h30m, not 'soon'"},
        {"agents: {memory: 4 GB}\n",
         "f.yaml:3:18: agents.memory: must be a size such as 512m, 25MiB or 4g, not '4 GB'"},
        {"agents: {command: sh -c true}\n", "f.yaml:3:19: agents.command: must be a list, such as [first, second]"},
        {"agents: {command: [[a]]}\n", "f.yaml:3:20: agents.command: must be a single value, not a list"},
        {"agents: {env: [A=b]}\n", "f.yaml:3:15: agents.env: must be a mapping of keys to values"},
        {"events: {mention: maybe}\n", "f.yaml:3:19: events.mention: must be true or false, not 'maybe'"},
        {"logging: {level: loud}\n", "f.yaml:3:18: logging.level: must be debug | info | warn | error, not 'loud'"},
        {"permissions: {merge: true}\n",
         "f.yaml:3:22: permissions.merge: must be always | on_request | never, not 'true'"},
        {"? [a]\n: b\n", "f.yaml:3:3: a key must be a plain word"},
        {"instance: \"a\\0b\"\n", "f.yaml:3:11: instance: must not contain a NUL character"},
    });
}

BOOST_AUTO_TEST_CASE(tell_values_out_of_range) {
    check({
        {"server: {port: 65536}\n", "f.yaml:3:16: server.port: must be a whole number from 0 to 65535, not '65536'"},
        {"server: {port: -1}\n", "f.yaml:3:16: server.port: must be a whole number from 0 to 65535, not '-1'"},
        {"server: {max_body: 2GiB}\n", "f.yaml:3:20: server.max_body: must be from 1KiB to 1GiB, not '2GiB'"},
        {"server: {max_connections: 0}\n",
         "f.yaml:3:27: server.max_connections: must be a whole number from 1 to 1000000, not '0'"},
        {"concurrency: {max_agents: 0}\n",
         "f.yaml:3:27: concurrency.max_agents: must be a whole number from 1 to 1000, not '0'"},
        {"docker: {ping_interval: 1ms}\n", "f.yaml:3:25: docker.ping_interval: must be from 100ms to 1h, not '1ms'"},
        {"agents: {timeout: 1ms}\n", "f.yaml:3:19: agents.timeout: must be 0 or from 1s to 30d, not '1ms'"},
        {"agents: {cpus: 0}\n", "f.yaml:3:16: agents.cpus: must be a number from 0.01 to 1024, not '0'"},
        {"agents: {memory: 1m}\n", "f.yaml:3:18: agents.memory: must be from 6MiB to 64TiB, not '1m'"},
        {"agents: {debounce: 2m, debounce_max: 1m}\n",
         "f.yaml:3:24: agents.debounce_max: must not be less than debounce"},
        {"server: {max_buffered: 1MiB}\n", "f.yaml:3:10: server.max_buffered: must not be less than max_body"},
        {"retry: {max_backoff: 10ms}\n", "f.yaml:3:9: retry.max_backoff: must not be less than initial_backoff"},
        {"server: {admin_port: 7000}\n", "f.yaml:3:10: server.admin_port: must not be the same as port"},
    });
}

BOOST_AUTO_TEST_CASE(tell_names_and_paths_that_cannot_be) {
    check({
        {"instance: My_Server\n", "f.yaml:3:11: instance: must be at most 32 small letters, digits and dashes"},
        {"instance: " + std::string(33, 'a') + "\n",
         "f.yaml:3:11: instance: must be at most 32 small letters, digits and dashes"},
        {"bot_username: \"@familiar\"\n", "f.yaml:3:15: bot_username: must stand without the @"},
        {"bot_username: a b\n",
         "f.yaml:3:15: bot_username: must be a user name of letters, digits and ._-, at most 255 long and with no dash "
         "in "
         "front, not 'a b'"},
        {"server: {host: example.com}\n",
         "f.yaml:3:16: server.host: must be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 or :: for all "
         "of "
         "them"},
        {"agents: {image: --privileged}\n",
         "f.yaml:3:17: agents.image: must be an image name of letters, digits and ._-/:@, at most 512 long and with no "
         "dash "
         "in front, not '--privileged'"},
        {"agents: {network: --ipc}\n",
         "f.yaml:3:19: agents.network: must be a docker network name of letters, digits and ._-:, at most 255 long and "
         "with "
         "no dash in front, not '--ipc'"},
        {"agents: {user: agent}\n",
         "f.yaml:3:16: agents.user: must be uid or uid:gid in digits, since names mean nothing outside of the image"},
        {"agents: {user: \"1000:\"}\n",
         "f.yaml:3:16: agents.user: must be uid or uid:gid in digits, since names mean nothing outside of the image"},
        {"agents: {env: {1A: b}}\n", "f.yaml:3:16: agents.env.1A: is no name of an environment variable"},
        {"agents: {env: {\"A=B\": b}}\n", "f.yaml:3:16: agents.env.A=B: is no name of an environment variable"},
        {"agents: {auth_dir: claude}\n",
         "f.yaml:3:20: agents.auth_dir: must be an absolute path, as the Docker engine's machine sees it, not "
         "'claude'"},
        {"agents: {auth_dir: ~/.claude}\n",
         "f.yaml:3:20: agents.auth_dir: ~ means nothing here; write ${HOME} instead of it"},
        {"logging: {dir: ~/log}\n", "f.yaml:3:16: logging.dir: ~ means nothing here; write ${HOME} instead of it"},
        {"agents: {command: [\"${NO_SHELL}\", a]}\n", "f.yaml:3:10: agents.command: the program to run is empty"},
        {"docker: {host: /run/docker.sock}\n",
         "f.yaml:3:16: docker.host: must begin with unix:///, tcp:// or ssh://, as DOCKER_HOST does"},
        {"git: {author_name: a <b>}\n", "f.yaml:3:20: git.author_name: must not contain < or >"},
        {"git: {author_name: \"a\\nb\"}\n",
         "f.yaml:3:20: git.author_name: must be one line without control characters"},
    });
    check({{"agents: {env: {A: " + std::string(140'000, 'x') + "}}\n",
            "f.yaml:3:19: agents.env.A: is longer than the 131071 bytes that Linux takes"},
           {"agents: {command: [a, " + std::string(140'000, 'x') + "]}\n",
            "f.yaml:3:23: agents.command: is longer than the 131071 bytes that Linux takes"}});
}

BOOST_AUTO_TEST_CASE(tell_odd_keys_in_one_line) {
    check({{"\"a\\nb\": 1\n", "f.yaml:3:1: a?b: unknown key"}});
}

BOOST_AUTO_TEST_CASE(tell_triggers_that_would_never_match) {
    const auto trigger = [](const std::string& keys) {
        return errors_of(parse("providers: {github: {webhook_secret: s}}\ntriggers: {" + keys + "}\n", "f.yaml", {}));
    };
    BOOST_TEST(trigger("repositories: [ok/*, https://github.com/a/b]") ==
               "f.yaml:2:33: triggers.repositories: must be paths such as owner/name or group/**, not addresses");
    BOOST_TEST(trigger("repositories: [/a]") ==
               "f.yaml:2:27: triggers.repositories: must not begin or end with a slash");
    BOOST_TEST(trigger("repositories: acme/*") ==
               "f.yaml:2:26: triggers.repositories: must be a list, such as [first, second]");
    BOOST_TEST(trigger("allow_users: ['@alice']") == "f.yaml:2:26: triggers.allow_users: must stand without the @");
    BOOST_TEST(trigger("minimum_permission: push") ==
               "f.yaml:2:32: triggers.minimum_permission: must be none | read | write | maintain | admin, not 'push'");
    BOOST_TEST(
        trigger("repositories: [\"${REPOSITORIES}\"]") ==
        "f.yaml:2:12: triggers.repositories: names none (the environment variable REPOSITORIES is not set); leave "
        "the key out to allow all");
    BOOST_TEST(trigger("repositories: [\"${REPOSITORIES}\", a/b]") == "no error");
    BOOST_TEST(trigger("forks: maybe") == "f.yaml:2:19: triggers.forks: must be approve | allow | deny, not 'maybe'");
}

BOOST_AUTO_TEST_CASE(tell_bad_variables_and_those_that_are_missing) {
    check(
        {
            {"server:\n  host: ${a b}\n",
             "f.yaml:4:9: server.host: ${a b} names no variable: write ${NAME}, ${NAME:-default}, or $$ for a $"},
            {"server:\n  host: ${A\n", "f.yaml:4:9: server.host: ${ without a closing brace; write $$ for a $"},
            {"server:\n  port: 7${P}x${EMPTY}\n",
             "f.yaml:4:9: server.port: must be a whole number from 0 to 65535, not '7x' (the environment variables P, "
             "EMPTY are "
             "not set)"},
            {"intent:\n  api:\n    base_url: https://${HOST}/v1\n",
             "f.yaml:5:15: intent.api.base_url: names no host (the environment variable HOST is not set)"},
        },
        {{"EMPTY", ""}});
}

BOOST_AUTO_TEST_CASE(are_all_told_in_the_order_of_their_lines) {
    BOOST_TEST(errors("server:\n  port: x\n  colour: red\nagents: {cpus: x}\ninstance: X\n") ==
               "f.yaml:4:9: server.port: must be a whole number from 0 to 65535, not 'x'\n"
               "f.yaml:5:3: server.colour: unknown key\n"
               "f.yaml:6:16: agents.cpus: must be a number from 0.01 to 1024, not 'x'\n"
               "f.yaml:7:11: instance: must be at most 32 small letters, digits and dashes");
}

BOOST_AUTO_TEST_CASE(quote_long_and_odd_values_in_one_short_line) {
    BOOST_TEST(errors("server: {port: \"a\\nb" + std::string(100, 'x') + "\"}\n") ==
               "f.yaml:3:16: server.port: must be a whole number from 0 to 65535, not 'a?b" + std::string(57, 'x') +
                   "...'");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(yaml)

std::string whole(const std::string& text) {
    return errors_of(parse(text, "f.yaml", {}));
}

BOOST_AUTO_TEST_CASE(that_is_none_has_one_error_with_its_place) {
    BOOST_TEST(whole("server:\n\tport: 1\n").starts_with("f.yaml:2:"), whole("server:\n\tport: 1\n"));
    BOOST_TEST(contains(whole("server:\n\tport: 1\n"), "indent with blanks, not with tabs"));
    BOOST_TEST(whole("server: {port: 1\n") == "f.yaml:2:1: not YAML: end of map flow not found");
    BOOST_TEST(whole("server: a: b\n") == "f.yaml:1:10: not YAML: illegal map value");
    BOOST_TEST(whole("server: *nothing\n") == "f.yaml:1:9: not YAML: the referenced anchor is not defined");
    BOOST_TEST(whole("a: 'x\n").starts_with("f.yaml:"));
}

BOOST_AUTO_TEST_CASE(tells_that_variables_inside_of_brackets_need_quotes) {
    BOOST_TEST(contains(whole("triggers: {allow_users: [${ME:-me}]}\n"), "a ${VARIABLE} must stand in quotes"));
}

BOOST_AUTO_TEST_CASE(must_be_one_mapping) {
    BOOST_TEST(whole("- server\n") == "f.yaml:1:1: must be a mapping of sections, such as \"server:\"");
    BOOST_TEST(whole("server\n") == "f.yaml:1:1: must be a mapping of sections, such as \"server:\"");
    BOOST_TEST(whole("server: {}\n---\nserver: {}\n").ends_with(": a second YAML document; there may be only one"));
    BOOST_TEST(whole("server: {}\n---\n").ends_with(": a second YAML document; there may be only one"));
}

BOOST_AUTO_TEST_CASE(does_not_load_documents_without_end_from_a_comma) {
    const std::string stuck = "not YAML: neither a key nor a value begins like this";
    BOOST_TEST(whole("# a comment\n, which went on\nserver: {}\n") == "f.yaml:2:1: " + stuck);
    BOOST_TEST(whole("- server\n, agents\n") == "f.yaml:2:1: " + stuck);
    BOOST_TEST(whole("---\n,\n") == "f.yaml:2:1: " + stuck);
}

BOOST_AUTO_TEST_CASE(is_bounded_in_size_and_depth) {
    BOOST_TEST(whole(std::string((1 << 20) + 1, ' ')) == "f.yaml: is larger than 1 MiB");
    BOOST_TEST(contains(whole("server: " + std::string(100'000, '[')), "not a configuration: nested too deep"));
    std::string maps;
    for (int depth = 0; depth < 3000; ++depth) maps += "{a: ";
    BOOST_TEST(contains(whole(maps), "not a configuration: nested too deep"));
}

BOOST_AUTO_TEST_CASE(of_aliases_to_aliases_is_not_unfolded) {
    std::string text = forge + "a0: &a0 [x, x]\n";
    for (int level = 1; level < 60; ++level) {
        const auto name = std::to_string(level);
        const auto below = std::to_string(level - 1);
        text += "a" + name + ": &a" + name + " [*a" + below + ", *a" + below + "]\n";
    }
    BOOST_TEST(contains(whole(text), "a59: unknown key"));
}

BOOST_AUTO_TEST_CASE(may_be_of_any_bytes) {
    for (const std::string text :
         {"\xff\xfe", "a: \xc3\x28\n", "%YAML 9.9\n---\na: 1\n", "!!map {a: !!binary aGk=}", "? ", ": ", "~", "&a",
          "--- !x", "{", "]", "\"", "'", "|", "- - - ?", "a: !<", "\xef\xbb\xbf"})
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse(text, "f.yaml", {}).has_value());
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
