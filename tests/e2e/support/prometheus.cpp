#include "e2e/support/prometheus.hpp"

#include "core/secret.hpp"
#include "e2e/support/http.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/git_forge.hpp"

#include <cctype>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace familiar::test {

namespace {

std::string in_url(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) != 0)
            out += letter;
        else
            out += "%" + core::to_hex(std::string(1, letter));
    }
    return out;
}

}  // namespace

prometheus::prometheus(std::uint16_t scraped) : port_(free_port()) {
    const auto file = folder_ / "prometheus.yml";
    std::ofstream(file) << "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
                           "scrape_configs:\n"
                           "  - job_name: familiar\n"
                           "    static_configs: [{targets: [\"127.0.0.1:"
                        << scraped << "\"]}]\n";
    const int log = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    process_ = start_program(
        {"prometheus", "--config.file=" + file.string(), "--storage.tsdb.path=" + (folder_ / "data").string(),
         "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=warn"},
        {.directory = folder_.path(), .out = log, .error = log});
    ::close(log);
    try {
        wait_for("prometheus is ready", [&] {
            if (::waitpid(process_, nullptr, WNOHANG) != 0) {
                process_ = 0;
                throw std::runtime_error("prometheus has ended:\n" + this->log());
            }
            try {
                return request(port_, "GET", "/-/ready").status == 200;
            } catch (const std::exception&) {
                return false;
            }
        });
    } catch (...) {
        if (process_ != 0) ::kill(process_, SIGKILL);
        if (process_ != 0) ::waitpid(process_, nullptr, 0);
        throw;
    }
}

prometheus::~prometheus() {
    ::kill(process_, SIGTERM);
    try {
        wait_for_exit(process_, std::chrono::seconds(30));
    } catch (const std::exception&) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
}

boost::json::value prometheus::data(const std::string& path) const {
    const auto given = request(port_, "GET", path);
    if (given.status != 200) throw std::runtime_error("prometheus answers " + path + " with " + given.body);
    return given.json().at("data");
}

std::optional<boost::json::object> prometheus::target() const {
    const auto targets = data("/api/v1/targets?state=active");
    const auto& active = targets.at("activeTargets").as_array();
    if (active.empty()) return std::nullopt;
    return active.front().as_object();
}

std::optional<double> prometheus::value(const std::string& query) const {
    const auto answer = data("/api/v1/query?query=" + in_url(query));
    const auto& series = answer.at("result").as_array();
    if (series.empty()) return std::nullopt;
    if (series.size() > 1) throw std::runtime_error(query + " yields several series");
    return std::stod(series.front().at("value").at(1).as_string().c_str());
}

std::string prometheus::log() const {
    std::ifstream in(folder_ / "log");
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace familiar::test
