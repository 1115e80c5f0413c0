#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace familiar::docker {

/// A log that is being written under a name of its own (".part") and appears whole under its real one, or never.
///
/// Of a text whose beginning is to be cut, `cut` bytes are skipped, then what is left of the line that this falls in
/// (if that is not too long), and a first line says how much is missing. More than `most` bytes are never written.
class log_file {
public:
    /// Throws std::system_error if the file cannot be created.
    log_file(std::filesystem::path file, std::uint64_t cut, std::uint64_t most);
    ~log_file();
    log_file(const log_file&) = delete;
    log_file& operator=(const log_file&) = delete;

    /// Takes the next piece of the text. Throws std::system_error if it cannot be written.
    void append(std::string_view piece);

    /// Adds a last line of ours, in brackets, beyond `most`. Throws std::system_error.
    void remark(const std::string& what);

    /// How much text there was, written or not.
    std::uint64_t size() const noexcept { return seen_; }

    /// Gives the file its name. Throws std::system_error.
    void publish();

private:
    void write(std::string_view text);
    std::string_view skip_beginning(std::string_view piece);

    std::filesystem::path file_;
    std::filesystem::path part_;
    int descriptor_;
    std::uint64_t cut_;
    std::uint64_t most_;
    std::uint64_t seen_ = 0;
    std::uint64_t written_ = 0;
    bool begun_;
    bool ends_line_ = true;
};

}  // namespace familiar::docker
