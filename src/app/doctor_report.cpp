#include "app/doctor_report.hpp"

#include "app/command.hpp"
#include "core/utf8.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace familiar::app::checkup {

namespace {

std::string_view to_text(verdict is) {
    switch (is) {
        case verdict::ok:
            return "ok";
        case verdict::warn:
            return "warn";
        case verdict::fail:
            return "fail";
        case verdict::skip:
            break;
    }
    return "skip";
}

auto count(const std::vector<entry>& report, verdict which) {
    return std::ranges::count_if(report, [&](const entry& one) { return one.found.is == which; });
}

std::string counted(const std::vector<entry>& report, verdict which, const std::string& one, const std::string& many) {
    const auto number = count(report, which);
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

}  // namespace

std::string to_line(const entry& one) {
    std::string line(to_text(one.found.is));
    line.resize(6, ' ');
    line += one.check + ": " + one.found.detail;
    if (!one.found.hint.empty()) line += "; " + one.found.hint;
    return printable(line);
}

std::string summary(const std::vector<entry>& report) {
    return counted(report, verdict::ok, "ok", "ok") + ", " + counted(report, verdict::warn, "warning", "warnings") +
           ", " + counted(report, verdict::fail, "failure", "failures") + ", " +
           counted(report, verdict::skip, "skipped", "skipped");
}

boost::json::array to_json(const std::vector<entry>& report) {
    boost::json::array all;
    for (const auto& [check, found] : report)
        all.push_back(boost::json::object{{"check", check},
                                          {"status", to_text(found.is)},
                                          {"detail", core::to_valid_utf8(printable(found.detail))},
                                          {"hint", core::to_valid_utf8(printable(found.hint))}});
    return all;
}

bool has_failed(const std::vector<entry>& report) {
    return count(report, verdict::fail) > 0;
}

}  // namespace familiar::app::checkup
