#pragma once

#include "observe/redact.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace familiar::docker {

/// A log that is being written under a name of its own (".part") and appears whole under its real one, or never.
///
/// Of a text whose beginning is to be cut, `cut` bytes are skipped, then what is left of the line that this falls in
/// (if that is not too long), and a first line says how much is missing. More than `most` bytes are never written. No
/// secret is: they are taken out first, and all sizes are those of what is left, so that no cut shows half of one.
class log_file {
public:
    /// Throws std::system_error if the file cannot be created.
    log_file(std::filesystem::path file, std::uint64_t cut, std::uint64_t most);
    ~log_file();
    log_file(const log_file&) = delete;
    log_file& operator=(const log_file&) = delete;

    /// Takes the next piece of the text. Throws std::system_error if it cannot be written.
    void append(std::string_view piece);

    /// The text has ended: what was held back, as the possible beginning of a secret, is written too. remark() and
    /// publish() do it as well. Throws std::system_error.
    void finish();

    /// Adds a last line of ours, in brackets, beyond `most`. Throws std::system_error.
    void remark(const std::string& what);

    /// How much text there was until finish(), written or not.
    std::uint64_t size() const noexcept { return seen_; }

    /// Gives the file its name. Throws std::system_error.
    void publish();

private:
    void keep(std::string_view text);
    void look_for_beginning(bool ended);
    void begin(std::size_t at);
    void write_bounded(std::string_view text);
    void write(std::string_view text);

    std::filesystem::path file_;
    std::filesystem::path part_;
    int descriptor_;
    std::uint64_t cut_;
    std::uint64_t most_;
    std::uint64_t seen_ = 0;
    std::uint64_t skipped_ = 0;
    std::string rest_{};  ///< behind the cut, while it may be the rest of a line
    std::uint64_t written_ = 0;
    bool begun_;
    bool ends_line_ = true;
    observe::redacting_stream redaction_{};
};

}  // namespace familiar::docker
