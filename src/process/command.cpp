#include "process/command.hpp"

#include <cstring>

namespace familiar::process {

std::string describe(const exit_status& status) {
    if (status.signal == 0) return "exit code " + std::to_string(status.code);
    std::string text = "signal " + std::to_string(status.signal);
    if (const char* name = ::sigdescr_np(status.signal)) text.append(" (").append(name).append(")");
    return text;
}

const std::vector<std::string>& passed_on() {
    static const std::vector<std::string> names{
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    };
    return names;
}

}  // namespace familiar::process
