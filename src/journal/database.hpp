#pragma once

#include "core/error.hpp"
#include "core/time.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace familiar::journal {

/// One use of a prepared statement, which is reset when the use ends. What is bound must live as long.
class query {
public:
    explicit query(SQLite::Statement& statement) noexcept : statement_(&statement) {}
    query(query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    query& operator=(query&&) = delete;
    ~query();

    /// Binds the next parameter, from ?1 on.
    query& operator<<(const std::string& text);
    query& operator<<(std::string&& text) = delete;
    query& operator<<(std::string_view constant);  ///< copied; for the names of states and the like
    query& operator<<(const char* text) = delete;
    query& operator<<(std::int64_t number);
    query& operator<<(core::wall_time time);
    query& operator<<(const std::optional<core::wall_time>& time);
    query& operator<<(const std::optional<int>& number);
    query& operator<<(const std::optional<double>& number);
    query& null();
    query& text_or_null(const std::string& text);  ///< null if it is empty
    query& blob(const std::string& bytes);

    /// To the next row; false when there is none.
    bool next() { return statement_->executeStep(); }
    /// To the end; the number of rows changed.
    int run() { return statement_->exec(); }

    std::string text(int column) const;
    std::int64_t number(int column) const;
    core::wall_time time(int column) const;
    std::optional<core::wall_time> maybe_time(int column) const;
    std::optional<int> maybe_number(int column) const;
    std::optional<double> maybe_real(int column) const;
    bool is_null(int column) const { return statement_->isColumnNull(column); }

private:
    SQLite::Statement* statement_;
    int bound_ = 0;
};

/// One connection with its prepared statements; used by one thread at a time. Throws SQLite::Exception.
class database {
public:
    /// `untouched`: for a file that no other connection has open and that has no log beside it. Nothing is made beside
    /// it, not even for the moment.
    enum class mode { untouched, read_only, read_write };

    /// Read-write: WAL, synchronous FULL, foreign keys; the log is written back by write_log_back() only. The file must
    /// exist.
    database(std::filesystem::path path, mode how, std::chrono::milliseconds busy_timeout);

    /// `sql` is a string constant: its address is the key under which the prepared statement is kept.
    query use(const char* sql);
    void execute(const char* sql) { use(sql).run(); }

    SQLite::Database& connection() noexcept { return connection_; }
    const std::filesystem::path& path() const noexcept { return path_; }

    /// In the log after the last commit of this connection.
    int pages_in_log() const noexcept { return *pages_in_log_; }

    /// Copies what the log holds into the file, as far as nobody reads what was there before, and begins it anew with
    /// the next commit if that is all of it. Nothing is lost if it fails.
    void write_log_back() noexcept;

    /// With false a lock of another program is waited for only for a moment, until this is called with true.
    void be_patient(bool patient);

    /// False outside of a transaction, also of one that SQLite has rolled back by itself after an error.
    bool in_transaction() const noexcept;

    /// True if the path no longer names the file that is open (deleted or replaced under us).
    bool has_moved() noexcept;

    /// What `thrown` means, with what the connection knows of it.
    core::error failure_from(const std::exception& thrown) const;

private:
    std::filesystem::path path_;
    std::chrono::milliseconds busy_timeout_;
    std::unique_ptr<int> pages_in_log_;  ///< SQLite's hook has its address
    SQLite::Database connection_;
    std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace familiar::journal
