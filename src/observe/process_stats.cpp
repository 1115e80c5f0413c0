#include "observe/process_stats.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace familiar::observe {

namespace {

/// Field `number` of /proc/self/stat, counted from 3 as in proc(5): the second one, the program's name, may hold
/// blanks.
std::optional<double> stat_field(int number) {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream fields(text.substr(name_end + 1));
    std::string value;
    for (int at = 3; at <= number; ++at)
        if (!(fields >> value)) return {};
    return std::stod(value);
}

std::optional<double> resident_memory() {
    const auto pages = stat_field(24);
    if (!pages) return {};
    return *pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> open_descriptors() {
    std::error_code failed;
    const std::filesystem::directory_iterator entries("/proc/self/fd", failed);
    if (failed) return {};
    // The listing itself holds one descriptor open.
    return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

std::optional<double> cpu_seconds() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Start in ticks since the machine's boot, on top of the boot's own time.
std::optional<double> start_time() {
    static const auto known = []() -> std::optional<double> {
        std::ifstream file("/proc/stat");
        for (std::string name; file >> name; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
            if (name != "btime") continue;
            double boot = 0;
            const auto ticks = stat_field(22);
            if (!(file >> boot) || !ticks) return {};
            return boot + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
        }
        return {};
    }();
    return known;
}

void append(std::ostream& out, std::string_view name, std::string_view type, std::string_view help,
            std::optional<double> value) {
    if (!value) return;
    out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n'
        << name << ' ' << *value << '\n';
}

}  // namespace

std::string render_process_stats() {
    std::ostringstream out;
    out.precision(17);
    append(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", resident_memory());
    append(out, "process_open_fds", "gauge", "Number of open file descriptors.", open_descriptors());
    append(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
           cpu_seconds());
    append(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
           start_time());
    return out.str();
}

}  // namespace familiar::observe
