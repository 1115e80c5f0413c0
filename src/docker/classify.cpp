#include "docker/classify.hpp"

#include "core/http_answer.hpp"
#include "observe/redact.hpp"

#include <boost/algorithm/string/find.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <array>

namespace familiar::docker {

namespace {

using core::errc;

struct row {
    std::string_view words;
    errc meaning;
};

/// The first row whose words occur decides. The engine comes first, for what keeps us from it also says "no such host"
/// and "connection refused"; then what the engine says of containers and images of its own; then what keeps it from a
/// registry. Words as printed by the CLIs 20.10 and 28.2 and by engines 20.10 and later, those with their image store
/// in containerd among them.
constexpr std::array rows{
    row{"cannot connect to the docker daemon", errc::engine_unreachable},
    row{"error during connect", errc::engine_unreachable},
    row{"permission denied while trying to connect", errc::engine_unreachable},
    row{"unable to resolve docker endpoint", errc::engine_unreachable},
    row{"check if the server supports the requested api version", errc::engine_unreachable},
    row{"daemon: unexpected eof", errc::unavailable},  // what the engine read broke off, and not what we read
    row{"\": unexpected eof", errc::unavailable},
    row{"unexpected eof", errc::engine_unreachable},
    row{"is too old. minimum supported api version", errc::engine_unreachable},
    row{"is too new. maximum supported api version", errc::engine_unreachable},

    row{"no such container", errc::no_such_container},
    row{"no such object", errc::no_such_container},
    row{"is already in use by container", errc::name_taken},
    row{"already in progress", errc::conflict},
    row{"stop the container before", errc::conflict},
    row{"must be unpaused first", errc::conflict},

    row{"no such image", errc::image_missing},
    row{"unable to find image", errc::image_missing},
    row{"pull access denied", errc::image_missing},
    row{"requested access to the resource is denied", errc::image_missing},
    row{"daemon: denied", errc::image_missing},
    row{"manifest unknown", errc::image_missing},
    row{"manifest for", errc::image_missing},
    row{"no matching manifest", errc::image_missing},

    row{"no space left on device", errc::storage_full},
    row{"disk quota exceeded", errc::storage_full},
    row{"bind source path does not exist", errc::not_found},
    row{"no such network", errc::not_found},
    row{"could not find the file", errc::not_found},
    row{"invalid reference format", errc::invalid},
    row{"invalid container name", errc::invalid},
    row{"unknown flag", errc::invalid},
    row{"invalid argument", errc::invalid},

    row{"unauthorized", errc::authentication_failed},
    row{"authentication required", errc::authentication_failed},
    row{"no such host", errc::unavailable},
    row{"connection refused", errc::unavailable},
    row{"connection reset", errc::unavailable},
    row{"connection timed out", errc::unavailable},
    row{"broken pipe", errc::unavailable},
    row{"network is unreachable", errc::unavailable},
    row{"no route to host", errc::unavailable},
    row{"server misbehaving", errc::unavailable},  // of a name server
    row{"temporary failure in name resolution", errc::unavailable},
    row{"i/o timeout", errc::unavailable},
    row{"tls handshake timeout", errc::unavailable},
    row{"deadline exceeded", errc::unavailable},
    row{"request canceled", errc::unavailable},
    row{"\": eof", errc::unavailable},
    row{"server closed idle connection", errc::unavailable},
    row{"transport connection broken", errc::unavailable},
    row{"toomanyrequests", errc::unavailable},
    row{"too many requests", errc::unavailable},
    row{"http 408 response", errc::unavailable},
    row{"http 429 response", errc::unavailable},
    row{"unexpected http status: 408", errc::unavailable},
    row{"unexpected http status: 429", errc::unavailable},
    row{"unexpected http status: 5", errc::unavailable},
    row{"request timeout", errc::unavailable},
    row{"internal server error", errc::unavailable},
    row{"service unavailable", errc::unavailable},
    row{"bad gateway", errc::unavailable},
    row{"gateway timeout", errc::unavailable},

    // The engine's own troubles: with containerd, and with what its machine has left.
    row{"code = unavailable", errc::unavailable},
    row{"transport is closing", errc::unavailable},
    row{"ttrpc: closed", errc::unavailable},
    row{"resource temporarily unavailable", errc::unavailable},
    row{"cannot allocate memory", errc::unavailable},
    row{"too many open files", errc::unavailable},
};

/// What is shown of the CLI's words.
constexpr std::size_t longest_message = 500;

bool contains(std::string_view text, std::string_view words) {
    return !boost::algorithm::ifind_first(text, words).empty();
}

errc meaning_of(std::string_view said) {
    for (const auto& [words, meaning] : rows)
        if (contains(said, words)) return meaning;
    // "network NAME not found"
    if (contains(said, "daemon: network ") && contains(said, " not found")) return errc::not_found;
    return errc::child_failed;
}

/// True for a registry that has given enough.
bool is_limit(std::string_view said) {
    return contains(said, "toomanyrequests") || contains(said, "too many requests") || contains(said, "http 429");
}

/// One line, without the CLI's warnings and hints.
std::string words_of(std::string_view said) {
    std::string text;
    while (!said.empty()) {
        const auto end = std::min(said.find('\n'), said.size());
        const auto line = boost::algorithm::trim_copy(std::string(said.substr(0, end)));
        said.remove_prefix(std::min(end + 1, said.size()));
        const bool noise = line.empty() || line.starts_with("WARNING") || line.starts_with("Usage:") ||
                           line.starts_with("See 'docker") || line.starts_with("Run 'docker") ||
                           line.starts_with("Using default tag");
        if (noise) continue;
        if (!text.empty()) text += "; ";
        text += line;
    }
    text = observe::redacted(std::move(text));  // before the cut, which could leave half of a secret
    if (text.size() > longest_message) text.resize(longest_message);
    return text;
}

}  // namespace

core::error classify(std::string_view command, const process::exit_status& status, std::string_view said) {
    std::string words = words_of(said);
    errc meaning = meaning_of(words);
    // Somebody killed the CLI, the kernel for want of memory most of all; what it was asked for may work the next time.
    if (meaning == errc::child_failed && status.signal != 0) meaning = errc::unavailable;
    if (words.empty()) words = "ended with " + process::describe(status);
    auto failure = core::fail(meaning, "docker " + std::string(command) + ": " + words);
    // The engine keeps the registry's Retry-After to itself.
    if (meaning == errc::unavailable && is_limit(words)) failure.retry_after = core::wait_without_hint;
    return failure;
}

}  // namespace familiar::docker
