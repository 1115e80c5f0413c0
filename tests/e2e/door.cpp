#include "core/descriptor_limit.hpp"
#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Strangers at the door: floods of connections that never become a request, and requests that are none. Webhooks are
// answered and /health answers all the while.
namespace {

using namespace familiar::test;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr double hang_ms = 10'000;  // of a sanitizer's build on a busy machine; only a hang comes near it

/// How long each attack lasts; FAMILIAR_DOOR_SECONDS for figures that mean something.
std::chrono::seconds attack_time() {
    const char* wanted = std::getenv("FAMILIAR_DOOR_SECONDS");
    return wanted == nullptr ? 8s : std::chrono::seconds(std::atoi(wanted));
}

/// No agent runs: only the door is looked at.
configuration::entries without_engine(configuration::entries changes = {}) {
    changes.emplace("docker.host", "unix:///nowhere/docker.sock");
    changes.emplace("providers.gitlab.webhook_secret", "\"\"");
    return changes;
}

webhook pushed() {
    static std::int64_t last = 0;
    merge_request about;
    about.number = ++last;
    about.head = std::string(40, 'a');
    return github("pull_request.synchronize", about);
}

double percentile(std::vector<double> times, double part) {
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[std::min(times.size() - 1, std::size_t(double(times.size()) * part))];
}

/// A monitor that polls /health and a forge that posts signed webhooks, on a connection each, for as long as it lives.
class visitors {
public:
    explicit visitors(const server& of) : of_(of) {
        threads_.emplace_back([this](const std::stop_token& ended) { poll(ended); });
        threads_.emplace_back([this](const std::stop_token& ended) { post(ended); });
    }

    /// Ends them, and says how they fared.
    void tell(const std::string& during) {
        threads_.clear();
        BOOST_TEST_MESSAGE(during << ": " << health_.size() << " polls of /health, p50 " << percentile(health_, 0.5)
                                  << " ms, p99 " << percentile(health_, 0.99) << " ms, at most "
                                  << percentile(health_, 1) << " ms; " << webhooks_.size() << " of " << posted_
                                  << " webhooks answered, p50 " << percentile(webhooks_, 0.5) << " ms, p99 "
                                  << percentile(webhooks_, 0.99) << " ms");
        BOOST_TEST(posted_ > 0u);
        BOOST_TEST(webhooks_.size() == posted_);
        for (const auto& why : unanswered_) BOOST_TEST_MESSAGE("not answered: " << why);
        BOOST_TEST(health_.size() == polled_);
        BOOST_TEST(percentile(health_, 1) < hang_ms);
    }

private:
    template <class Visit>
    static void repeat(const std::stop_token& ended, std::chrono::milliseconds pause, Visit visit) {
        while (!ended.stop_requested()) {
            const auto began = clock_type::now();
            visit();
            std::this_thread::sleep_until(began + pause);
        }
    }

    void poll(const std::stop_token& ended) {
        repeat(ended, 20ms, [this] {
            ++polled_;
            if (const auto took = timed([this] { return of_.get("/health"); })) health_.push_back(*took);
        });
    }

    void post(const std::stop_token& ended) {
        repeat(ended, 50ms, [this] {
            ++posted_;
            if (const auto took = timed([this] { return of_.post(pushed()); })) webhooks_.push_back(*took);
        });
    }

    /// The milliseconds of a visit that was answered 2xx.
    template <class Visit>
    std::optional<double> timed(Visit visit) {
        const auto began = clock_type::now();
        std::string why;
        try {
            const auto given = visit();
            if (given.status / 100 == 2) return milliseconds(clock_type::now() - began).count();
            why = given.head;
        } catch (const std::exception& failure) {
            why = failure.what();
        }
        const std::lock_guard lock(mutex_);
        unanswered_.push_back(why);
        return std::nullopt;
    }

    const server& of_;
    std::mutex mutex_;
    std::vector<double> health_;
    std::vector<double> webhooks_;
    std::vector<std::string> unanswered_;
    std::size_t polled_ = 0;
    std::size_t posted_ = 0;
    std::vector<std::jthread> threads_;
};

/// Debian's slowhttptest, with more connections than server.max_connections, for attack_time().
void attack(const server& target, std::vector<std::string> mode, const std::string& path) {
    std::vector<std::string> argv{"slowhttptest"};
    argv.insert(argv.end(), mode.begin(), mode.end());
    for (const auto* more : {"-c", "2000", "-r", "500", "-i", "1", "-p", "5", "-l"}) argv.emplace_back(more);
    argv.push_back(std::to_string(attack_time().count()));
    argv.emplace_back("-u");
    argv.push_back(target.url() + path);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const auto program = start_program(argv, {.directory = target.folder(), .out = nowhere, .error = nowhere});
    ::close(nowhere);
    visitors all(target);
    BOOST_TEST(wait_for_exit(program, attack_time() + 60s) == 0);
    all.tell("slowhttptest " + mode.front());
}

/// Connections that say nothing and as many that send a request's head, one byte a second. Where the server ends one,
/// it is opened anew, a hundred in a second.
class crowd {
public:
    crowd(std::uint16_t port, std::size_t of_each) : port_(port), silent_(of_each), trickling_(of_each) {
        for (auto* group : {&silent_, &trickling_})
            for (auto& one : *group) one.socket = connect();
        thread_ = std::jthread([this](const std::stop_token& ended) { run(ended); });
    }
    ~crowd() {
        thread_ = {};
        for (const auto* group : {&silent_, &trickling_})
            for (const auto& one : *group) ::close(one.socket);
    }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

private:
    struct member {
        int socket = -1;
        std::size_t said = 0;
    };

    int connect() const {
        const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (made < 0) throw std::system_error(errno, std::generic_category(), "socket");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // One that is refused is opened anew like one that was ended.
        (void)::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        return made;
    }

    static bool has_ended(const member& one) {
        char byte = 0;
        const auto got = ::recv(one.socket, &byte, 1, MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN);
    }

    void open_anew(member& one, int& left) const {
        if (left == 0) return;
        --left;
        ::close(one.socket);
        one = {connect(), 0};
    }

    void run(const std::stop_token& ended) {
        const std::string head = "POST /webhook/github HTTP/1.1\r\nHost: x\r\nX-Filling: " + std::string(200, 'x');
        while (!ended.stop_requested()) {
            const auto began = clock_type::now();
            int left = 100;
            for (auto& one : silent_)
                if (has_ended(one)) open_anew(one, left);
            for (auto& one : trickling_)
                if (has_ended(one) || ::send(one.socket, &head[one.said++ % head.size()], 1, MSG_NOSIGNAL) != 1)
                    open_anew(one, left);
            std::this_thread::sleep_until(began + 1s);
        }
    }

    std::uint16_t port_;
    std::vector<member> silent_;
    std::vector<member> trickling_;
    std::jthread thread_;
};

std::size_t resident_kib(pid_t process) {
    const auto status = read_file("/proc/" + std::to_string(process) + "/status");
    return std::stoul(status.substr(status.find("VmRSS:") + 6));
}

/// The soft and the hard limit of descriptors of a process.
std::pair<std::string, std::string> limits_of(pid_t process) {
    std::istringstream line(read_file("/proc/" + std::to_string(process) + "/limits"));
    for (std::string text; std::getline(line, text);) {
        if (!text.starts_with("Max open files")) continue;
        std::istringstream words(text.substr(14));
        std::pair<std::string, std::string> found;
        words >> found.first >> found.second;
        return found;
    }
    return {};
}

/// One server for what needs no other.
struct common : suite_wide<common> {
    /// For the test's own ends of thousands of connections.
    familiar::core::raised_descriptor_limit raised;
    test_forge forge;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(door, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(webhooks_are_answered_while_two_thousand_send_their_headers_slowly) {
    const server familiar(common::now->forge, without_engine());
    attack(familiar, {"-H"}, "/webhook/github");
    BOOST_TEST(familiar.has_logged({"level=warning", "give way to new ones", "max_connections=1024"}));
}

BOOST_AUTO_TEST_CASE(webhooks_are_answered_while_two_thousand_send_their_bodies_slowly) {
    const server familiar(common::now->forge, without_engine());
    attack(familiar, {"-B", "-s", "8192", "-f", "application/json"}, "/webhook/github");
    BOOST_TEST(familiar.has_logged({"level=warning", "give way to new ones"}));
}

BOOST_AUTO_TEST_CASE(webhooks_are_answered_while_two_thousand_read_slowly) {
    const server familiar(common::now->forge, without_engine());
    attack(familiar, {"-X", "-w", "1", "-y", "64", "-n", "1", "-z", "8"}, "/health");
    BOOST_TEST(familiar.has_logged({"level=warning", "give way to new ones"}));
}

BOOST_AUTO_TEST_CASE(webhooks_are_answered_between_a_thousand_that_say_nothing_and_a_thousand_that_hardly_do) {
    const server familiar(common::now->forge, without_engine({{"server.max_connections", "200"}}));
    const crowd strangers(familiar.port(), 1000);
    visitors all(familiar);
    std::this_thread::sleep_for(attack_time() / 2);
    all.tell("a thousand silent ones and a thousand that send a byte a second");
    BOOST_TEST(familiar.has_logged({"level=warning", "give way to new ones", "max_connections=200"}));
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_costs_little) {
    const server familiar(common::now->forge, without_engine({{"server.header_timeout", "1m"}}));
    constexpr std::size_t many = 1000;
    const auto before = resident_kib(familiar.process());
    std::vector<std::unique_ptr<connection>> waiting;
    for (std::size_t at = 0; at < many; ++at) waiting.push_back(std::make_unique<connection>(familiar.port()));
    BOOST_TEST(familiar.get("/health").status == 200u);
    const auto idle = resident_kib(familiar.process());
    for (const auto& one : waiting) one->send("GET /health HTTP/1.1\r\nHost: x\r\nX-Filling: ");
    BOOST_TEST(familiar.get("/health").status == 200u);
    const auto beginning = resident_kib(familiar.process());
    BOOST_TEST_MESSAGE("a connection that waits: " << double(idle - before) / many
                                                   << " KiB; one that sends its header: "
                                                   << double(beginning - before) / many << " KiB");
    // Under a sanitizer everything costs a multiple; what is looked for is a buffer for each.
    BOOST_TEST(idle - before < many * 64);
    BOOST_TEST(beginning - before < many * 128);
}

BOOST_AUTO_TEST_CASE(a_signed_body_that_nests_without_an_end_is_400_and_broken_text_is_taken) {
    const server familiar(common::now->forge, without_engine());
    const auto post = [&](const webhook& what, const std::string& body) {
        auto header = signed_header(what);
        for (auto& [name, value] : header)
            if (name == "X-Hub-Signature-256") value = signature_of(body);
        return request(familiar.port(), "POST", "/webhook/github", header, body);
    };
    std::string deep;
    for (int level = 0; level < 100'000; ++level) deep += R"({"a":)";
    for (const auto& body :
         {deep, deep + "1" + std::string(100'000, '}'), std::string(100'000, '['), std::string("\xff\xfe\xfd")}) {
        const auto given = post(pushed(), body);
        BOOST_TEST(given.status == 400u);
        BOOST_TEST(given.field("error") != "");
    }

    auto what = pushed();
    what.at("/pull_request/title") = "THE-TITLE";
    auto body = what.body();
    body.replace(body.find("THE-TITLE"), 9, "caf\xe9 \\ud83c");
    BOOST_TEST(post(what, body).status == 202u);
    BOOST_TEST(familiar.get("/health").status == 200u);
}

BOOST_AUTO_TEST_CASE(bodies_on_both_ports_share_what_may_be_buffered) {
    const auto admin_port = free_port();
    const server familiar(common::now->forge, without_engine({{"server.admin_port", std::to_string(admin_port)},
                                                              {"server.max_body", "64KiB"},
                                                              {"server.max_buffered", "64KiB"}}));
    const auto post = [](const std::string& path, std::size_t length) {
        return "POST " + path +
               " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
               "Connection: close\r\nContent-Length: " +
               std::to_string(length) + "\r\n\r\n";
    };
    connection holder(familiar.port());
    holder.send(post("/webhook/github", 60'000));
    BOOST_TEST(holder.receive_some().starts_with("HTTP/1.1 100 "));
    holder.send(std::string(50'000, ' '));

    const auto status_of_the_other = [&] {
        connection other(admin_port);
        other.send(post("/api/jobs/none/cancel", 30'000));
        return other.receive_some().substr(9, 3);
    };
    wait_for("what has arrived is counted", [&] { return status_of_the_other() == "503"; });
    holder.send(std::string(10'000, ' '));
    BOOST_TEST(holder.receive_all().starts_with("HTTP/1.1 401 "));
    BOOST_TEST(status_of_the_other() == "100");
}

BOOST_AUTO_TEST_CASE(the_server_may_open_what_it_can_and_its_children_what_they_are_used_to) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit usual{300, before.rlim_max};
    const arranged_docker docker;
    const auto seen = docker.flag();
    docker.always("version", "ulimit -Sn >>'" + seen.string() + "'");
    server familiar(server::not_started{}, common::now->forge, {{"docker.cli", docker.program()}});
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
    familiar.start();
    ::setrlimit(RLIMIT_NOFILE, &before);

    const auto own = limits_of(familiar.process());
    BOOST_TEST(own.first == own.second);
    // A child's limit is set right after it has started.
    wait_for("a child sees its limit", [&] { return ("\n" + read_file(seen)).find("\n300\n") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(a_limit_below_what_all_connections_need_is_told_with_what_to_do) {
    const server first(common::now->forge, without_engine());
    BOOST_TEST(!first.has_logged({"more file descriptors"}));
    // The port is taken, so that this one ends by itself.
    const server second(server::not_started{}, common::now->forge,
                        without_engine({{"server.port", std::to_string(first.port())}}));
    const auto ended = run_program({"/bin/sh", "-c", "ulimit -n 500 && exec \"$@\"", "sh", FAMILIAR_BINARY, "serve",
                                    "--config", second.file().string()},
                                   {.directory = second.folder()});
    BOOST_TEST(ended.code == 1);
    for (const auto* text : {"level=warning", "server.max_connections", "LimitNOFILE", "allowed=500", "needed=1280"})
        BOOST_TEST(ended.error.find(text) != std::string::npos, ended.error);
}

BOOST_AUTO_TEST_SUITE_END()
