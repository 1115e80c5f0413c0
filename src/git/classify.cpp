#include "git/classify.hpp"

#include "core/http_answer.hpp"
#include "core/utf8.hpp"
#include "git/answer_trace.hpp"
#include "observe/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

namespace familiar::git {

namespace {

using core::errc;

struct row {
    std::string_view text;  ///< lower-case
    errc code;
};

/// The first row whose text is found decides, so the narrow ones come first.
constexpr std::array rows = std::to_array<row>({
    {"no space left on device", errc::storage_full},
    {"disk quota exceeded", errc::storage_full},

    {"couldn't find remote ref", errc::ref_missing},
    {"not our ref", errc::ref_missing},

    {"certificate verification failed", errc::child_failed},
    {"ssl certificate problem", errc::child_failed},
    {"error setting certificate", errc::child_failed},
    {"unexpected tls packet", errc::child_failed},  // no TLS is spoken there
    {"wrong version number", errc::child_failed},

    {"repository not exported", errc::not_found},
    {"does not appear to be a git repository", errc::not_found},
    {"repository not found", errc::not_found},
    {"' not found", errc::not_found},
    {"is this a git repository", errc::not_found},

    {"authentication failed", errc::authentication_failed},
    {"could not read username", errc::authentication_failed},
    {"could not read password", errc::authentication_failed},

    {"not a git repository", errc::storage_failed},
    {"bad object", errc::storage_failed},
    {"bad config", errc::storage_failed},
    {"bad tree object", errc::storage_failed},
    {"is corrupt", errc::storage_failed},
    {"corrupted", errc::storage_failed},
    {"is empty", errc::storage_failed},
    {"is too small", errc::storage_failed},
    {"is far too short", errc::storage_failed},
    {"does not match index", errc::storage_failed},
    {"does not point to a valid object", errc::storage_failed},
    {"unable to parse object", errc::storage_failed},
    {"unable to read tree", errc::storage_failed},
    {"unable to read sha1 file", errc::storage_failed},
    {"unable to unpack", errc::storage_failed},
    {"unexpected line in", errc::storage_failed},
    {"missing tree", errc::storage_failed},
    {"missing blob", errc::storage_failed},
    {"missing commit", errc::storage_failed},
    {"could not parse commit", errc::storage_failed},
    {"inflate: ", errc::storage_failed},
    {"did not send all necessary objects", errc::storage_failed},

    {"could not resolve", errc::unavailable},
    {"unable to look up", errc::unavailable},
    {"unable to connect", errc::unavailable},
    {"couldn't connect", errc::unavailable},
    {"failed to connect", errc::unavailable},
    {"connection refused", errc::unavailable},
    {"connection reset", errc::unavailable},
    {"connection was reset", errc::unavailable},
    {"timed out", errc::unavailable},
    {"too slow", errc::unavailable},
    {"network is unreachable", errc::unavailable},
    {"no route to host", errc::unavailable},
    {"empty reply from server", errc::unavailable},
    {"recv failure", errc::unavailable},
    {"send failure", errc::unavailable},
    {"recv error", errc::unavailable},
    {"handshake", errc::unavailable},
    {"tls connection was non-properly terminated", errc::unavailable},
    {"ssl_error_syscall", errc::unavailable},
    {"ssl_connect", errc::unavailable},
    {"http/2 stream", errc::unavailable},
    {"transfer closed", errc::unavailable},
    {"early eof", errc::unavailable},
    {"unexpected disconnect", errc::unavailable},
    {"rpc failed", errc::unavailable},
    {"the remote end hung up", errc::unavailable},
    {"died of signal", errc::unavailable},
    {"could not read from remote repository", errc::unavailable},
});

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Calls `use` with every line, without its end (progress ends lines with a carriage return).
template <class Function>
void for_each_line(std::string_view text, Function use) {
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        use(text.substr(0, end));
        if (end == text.npos) return;
        text.remove_prefix(end + 1);
    }
}

/// "fatal: unable to access '...': The requested URL returned error: 403", "error: RPC failed; HTTP 502 curl 22 ...".
/// None for a success: what failed then is what came with it.
std::optional<unsigned> http_status(std::string_view lines) {
    for (const std::string_view before : {"returned error: ", "rpc failed; http "}) {
        const auto at = lines.find(before);
        if (at == lines.npos) continue;
        unsigned status = 0;
        const auto number = lines.substr(at + before.size());
        const auto failed = std::from_chars(number.data(), number.data() + number.size(), status).ec;
        if (failed == std::errc() && status >= 300) return status;
    }
    return std::nullopt;
}

/// git's own lines, in lower case: what follows "remote:" is the forge's to choose.
std::string own_lines(std::string_view standard_error) {
    std::string lines;
    for_each_line(standard_error, [&](std::string_view line) {
        if (line.starts_with("fatal:") || line.starts_with("error:")) lines.append(lower(line)).append("\n");
    });
    return lines;
}

errc classify_lines(std::string_view lines, const core::wait_headers& told) {
    if (const auto status = http_status(lines)) return core::http_errc(*status, told);
    const auto found = std::ranges::find_if(rows, [&](const row& r) { return lines.find(r.text) != lines.npos; });
    return found == rows.end() ? errc::child_failed : found->code;
}

std::string_view advice(errc code, std::string_view lines) {
    switch (code) {
        case errc::authentication_failed:
            return " (check the provider's token and what it may read)";
        case errc::not_found:
            if (http_status(lines).value_or(0) / 100 == 3)
                return " (the forge redirects; redirects are not followed, for the token would go along: check "
                       "git_url, "
                       "and whether the repository was renamed)";
            return " (check git_url; a forge also says so where the token may not read the repository)";
        case errc::child_failed:
            return lines.find("certificate") == lines.npos ? "" : " (see git.ca_file)";
        default:
            return "";
    }
}

/// The lines worth telling, on one line.
std::string summary(std::string_view standard_error) {
    constexpr std::size_t longest = 600;
    std::string out;
    for_each_line(standard_error, [&](std::string_view line) {
        if (!line.starts_with("fatal:") && !line.starts_with("error:") && !line.starts_with("remote:")) return;
        if (!out.empty()) out += "; ";
        out += line;
    });
    std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    out = observe::redacted(std::move(out));  // before the cut, which could leave half of a secret
    if (out.size() > longest) out.replace(longest, out.npos, "...");
    return core::to_valid_utf8(out);
}

}  // namespace

core::errc classify(std::string_view standard_error) {
    return classify_lines(own_lines(standard_error), {});
}

core::error failure(std::string_view operation, std::string_view subject, const process::output& ended,
                    std::string_view trace, core::wall_time now) {
    const auto lines = own_lines(ended.err);
    const auto status = http_status(lines);
    const auto told = status ? headers_of_answer(trace, *status) : core::wait_headers();
    // A git that was killed by others (an operator, the kernel for want of memory) did not find anything wrong.
    const auto code = ended.status.signal != 0 ? errc::unavailable : classify_lines(lines, told);
    auto said = summary(ended.err);
    if (said.empty()) said = "ended with " + process::describe(ended.status);

    std::string message = "git ";
    message.append(operation).append(" of ").append(subject).append(": ").append(said);
    message.append(advice(code, lower(ended.err)));
    auto failed = core::fail(code, std::move(message));
    if (status && code == errc::unavailable) failed.retry_after = core::wait_told(*status, told, now);
    if (failed.retry_after)
        failed.message += " (the forge asks for " + core::to_text(*failed.retry_after) + " of patience)";
    return failed;
}

}  // namespace familiar::git
