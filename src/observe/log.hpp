#pragma once

#include "observe/escape.hpp"
#include "observe/redact.hpp"

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// What the server tells its operators: log lines, metrics and health.
namespace familiar::observe {

enum class level { debug, info, warning, error };
enum class log_format { logfmt, json };

/// Sets what is logged and how; until then it is `info` as logfmt. Also ignores SIGPIPE, so that a stderr nobody reads
/// any more is no reason to die. Thread-safe, like everything in this file.
void configure_log(level minimum, log_format format);

/// One named value of a log line. Names are literals of lower-case letters, digits and '_'.
struct field {
    field(std::string_view name, std::string text);
    field(std::string_view name, std::string_view text);
    field(std::string_view name, const char* text);
    field(std::string_view name, bool truth);
    field(std::string_view name, double number);
    field(std::string_view name, std::integral auto number) : name(name), value(std::to_string(number)), bare(true) {}
    field(std::string_view name, std::chrono::milliseconds duration);  ///< as configuration writes it: "1m30s"

    std::string_view name;
    std::string value;
    bool bare = false;  ///< a number or a truth value: JSON shows it without quotes
};

/// Writes one line to stderr: `ts= level= msg=` and the fields, secrets redacted, control characters escaped. Returns
/// without formatting anything if `level` is below the minimum.
void log(level severity, std::string_view message, std::initializer_list<field> fields = {});

/// What several lines are about, such as a job (journal::about, agent::about). Their fields come first.
///
/// The names, in every room alike: job, delivery (its id at the forge), repository ("github/acme/app"), number (of the
/// merge request), attempt, container; event (what the forge calls it), kind (what the job is about: mr_opened, …);
/// provider and remote (an address) of a request; outcome; reason (why, in words, of a failure as of a decision).
///
/// The levels: info is normal life, one line for each thing; warning, something is off and is being dealt with; error,
/// somebody has to look; debug, the rest.
using fields = std::vector<field>;
void log(level severity, std::string_view message, const fields& about, std::initializer_list<field> more);
void info(std::string_view message, const fields& about, std::initializer_list<field> more);
void warning(std::string_view message, const fields& about, std::initializer_list<field> more);
void error(std::string_view message, const fields& about, std::initializer_list<field> more);

void debug(std::string_view message, std::initializer_list<field> fields = {});
void info(std::string_view message, std::initializer_list<field> fields = {});
void warning(std::string_view message, std::initializer_list<field> fields = {});
void error(std::string_view message, std::initializer_list<field> fields = {});

/// Keeps what is logged while it lives, and keeps it off stderr. For tests; one at a time.
class log_capture {
public:
    log_capture();
    ~log_capture();
    log_capture(const log_capture&) = delete;
    log_capture& operator=(const log_capture&) = delete;

    std::vector<std::string> lines() const;
    /// Whether one line contains `text`.
    bool contains(std::string_view text) const;
};

}  // namespace familiar::observe
