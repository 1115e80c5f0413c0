#include "observe/log.hpp"

#include "core/time.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <csignal>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

namespace familiar::observe {

namespace {

/// Where lines go: stderr, or a test's list.
class switchable_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    switchable_sink() : stderr_(std::make_shared<spdlog::sinks::stderr_sink_mt>()) { stderr_->set_pattern("%v"); }

    void capture(bool on) {
        const std::lock_guard lock(mutex_);
        capturing_ = on;
        captured_.clear();
    }

    std::vector<std::string> captured() {
        const std::lock_guard lock(mutex_);
        return captured_;
    }

protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        if (capturing_)
            captured_.emplace_back(line.payload.data(), line.payload.size());
        else
            stderr_->log(line);
    }
    void flush_() override { stderr_->flush(); }

private:
    spdlog::sink_ptr stderr_;
    std::vector<std::string> captured_;
    bool capturing_ = false;
};

struct log_state {
    std::shared_ptr<switchable_sink> sink = std::make_shared<switchable_sink>();
    spdlog::logger logger{"familiar", sink};
    std::atomic<log_format> format = log_format::logfmt;
};

log_state& state() {
    static log_state instance;
    return instance;
}

spdlog::level::level_enum to_spdlog(level severity) {
    switch (severity) {
        case level::debug:
            return spdlog::level::debug;
        case level::info:
            return spdlog::level::info;
        case level::warning:
            return spdlog::level::warn;
        case level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view to_text(level severity) {
    switch (severity) {
        case level::debug:
            return "debug";
        case level::info:
            return "info";
        case level::warning:
            return "warning";
        case level::error:
            return "error";
    }
    return "error";
}

bool needs_quotes(std::string_view text) {
    return text.empty() || std::ranges::any_of(text, [](char character) {
               return character == ' ' || character == '=' || character == '"' || character == '\\';
           });
}

/// `text` between quotes; both formats read the escapes of a backslash and a quote alike.
void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    for (const char character : text) {
        if (character == '"' || character == '\\') line += '\\';
        line += character;
    }
    line += '"';
}

/// One line on its way. Secrets are hidden in a value as it is, since what escaping makes of one is none of its forms.
/// Most values hold neither a secret nor anything to escape, and are copied once.
class line {
public:
    explicit line(log_format format) : json_(format == log_format::json) { text_.reserve(usual_size); }

    void add(std::string_view name, std::string_view value) {
        std::string hidden;
        if (secrets_.may_be_in(value)) value = hidden = redacted(std::string(value));
        std::string escaped;
        if (!is_printable_ascii(value)) value = escaped = escape_control(value);
        append_name(name);
        if (json_ || needs_quotes(value))
            append_quoted(text_, value);
        else
            text_ += value;
    }

    /// A number or a truth value: nobody's secret, and nothing to escape.
    void add_bare(std::string_view name, std::string_view value) {
        append_name(name);
        text_ += value;
    }

    std::string end() && {
        if (json_) text_ += '}';
        return std::move(text_);
    }

private:
    static constexpr std::size_t usual_size = 400;

    void append_name(std::string_view name) {
        if (json_)
            text_ += text_.empty() ? "{\"" : ",\"";
        else if (!text_.empty())
            text_ += ' ';
        text_ += name;
        text_ += json_ ? "\":" : "=";
    }

    const bool json_;
    const secret_search secrets_{};
    std::string text_{};
};

std::string format_line(log_format format, level severity, std::string_view message, std::span<const field> about,
                        std::span<const field> more) {
    line shown(format);
    shown.add("ts", core::to_rfc3339(core::now()));
    shown.add("level", to_text(severity));
    shown.add("msg", message);
    for (const auto part : {about, more})
        for (const auto& field : part) {
            if (field.bare)
                shown.add_bare(field.name, field.value);
            else
                shown.add(field.name, field.value);
        }
    return std::move(shown).end();
}

void write(level severity, std::string_view message, std::span<const field> about, std::span<const field> more) {
    auto& to = state();
    if (!to.logger.should_log(to_spdlog(severity))) return;
    to.logger.log(to_spdlog(severity), spdlog::string_view_t(format_line(to.format, severity, message, about, more)));
}

std::string shortest(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

}  // namespace

void configure_log(level minimum, log_format format) {
    std::signal(SIGPIPE, SIG_IGN);
    state().format = format;
    state().logger.set_level(to_spdlog(minimum));
}

field::field(std::string_view name, std::string text) : name(name), value(std::move(text)) {}
field::field(std::string_view name, std::string_view text) : name(name), value(text) {}
field::field(std::string_view name, const char* text) : name(name), value(text) {}
field::field(std::string_view name, bool truth) : name(name), value(truth ? "true" : "false"), bare(true) {}
// JSON has no infinities and no NaN: those are text.
field::field(std::string_view name, double number) : name(name), value(shortest(number)), bare(std::isfinite(number)) {}
field::field(std::string_view name, std::chrono::milliseconds duration) : name(name), value(core::to_text(duration)) {}

void log(level severity, std::string_view message, std::initializer_list<field> fields) {
    write(severity, message, {}, fields);
}
void log(level severity, std::string_view message, const fields& about, std::initializer_list<field> more) {
    write(severity, message, about, more);
}

void info(std::string_view message, const fields& about, std::initializer_list<field> more) {
    write(level::info, message, about, more);
}
void warning(std::string_view message, const fields& about, std::initializer_list<field> more) {
    write(level::warning, message, about, more);
}
void error(std::string_view message, const fields& about, std::initializer_list<field> more) {
    write(level::error, message, about, more);
}

void debug(std::string_view message, std::initializer_list<field> fields) {
    log(level::debug, message, fields);
}
void info(std::string_view message, std::initializer_list<field> fields) {
    log(level::info, message, fields);
}
void warning(std::string_view message, std::initializer_list<field> fields) {
    log(level::warning, message, fields);
}
void error(std::string_view message, std::initializer_list<field> fields) {
    log(level::error, message, fields);
}

log_capture::log_capture() {
    state().sink->capture(true);
}

log_capture::~log_capture() {
    state().sink->capture(false);
}

std::vector<std::string> log_capture::lines() const {
    return state().sink->captured();
}

bool log_capture::contains(std::string_view text) const {
    const auto all = lines();
    return std::any_of(all.begin(), all.end(), [&](const auto& line) { return line.find(text) != std::string::npos; });
}

}  // namespace familiar::observe
