#include "journal/database.hpp"

#include "journal/failure.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace familiar::journal {

namespace {

/// The write-ahead log is cut back to this after a checkpoint, so that one burst does not keep its space for ever.
constexpr const char* limit_log = "pragma journal_size_limit = 67108864";

/// For a lock that was held beyond the limit just now.
constexpr std::chrono::milliseconds short_wait{250};

/// SQLITE_OK, or why SQLite does not take them:
/// - Nothing reads how much memory SQLite has in use, and to count it every malloc and free takes one lock of the whole
///   process: several hundred times for a webhook, a twentieth of what it costs.
/// - A connection is used by one thread at a time, so that none needs locks of its own.
int configure_sqlite() noexcept {
    if (const int refused = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); refused != SQLITE_OK) return refused;
    return sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}

/// Before main, since SQLite takes them only before the first connection, whoever opens it.
const int configured = configure_sqlite();

int note_length(void* pages_in_log, sqlite3*, const char*, int pages) {
    *static_cast<int*>(pages_in_log) = pages;
    return SQLITE_OK;
}

std::int64_t to_number(core::wall_time time) {
    return time.time_since_epoch().count();
}

/// The errno of the last failed call on the log or the database. sqlite3_system_errno alone knows nothing of a failure
/// within a commit.
int last_system_error(sqlite3* connection) {
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        sqlite3_file_control(connection, "main", which, static_cast<void*>(&file));
        int number = 0;
        if (file == nullptr || file->pMethods == nullptr) continue;
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
        if (number != 0) return number;
    }
    return sqlite3_system_errno(connection);
}

/// "file:/a%3fb?immutable=1" (https://www.sqlite.org/uri.html): SQLite then makes no files for locks beside it.
std::string immutable_uri(const std::filesystem::path& path) {
    std::string uri = "file:";
    for (const char c : path.string()) {
        if (c == '%')
            uri += "%25";
        else if (c == '?')
            uri += "%3f";
        else if (c == '#')
            uri += "%23";
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

std::string name_for(const std::filesystem::path& path, database::mode how) {
    return how == database::mode::untouched ? immutable_uri(path) : path.string();
}

int flags_for(database::mode how) {
    const int always = SQLite::OPEN_NOMUTEX;
    if (how == database::mode::untouched) return always | SQLite::OPEN_READONLY | SQLite::OPEN_URI;
    return always | (how == database::mode::read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE);
}

core::wall_time to_time(std::int64_t number) {
    return core::wall_time(std::chrono::milliseconds(number));
}

}  // namespace

query::~query() {
    // The bindings stay, and are not looked at before the next use has bound every parameter again.
    if (statement_ != nullptr) statement_->tryReset();
}

query& query::operator<<(const std::string& text) {
    statement_->bindNoCopy(++bound_, text);
    return *this;
}

query& query::operator<<(std::string_view constant) {
    statement_->bind(++bound_, std::string(constant));
    return *this;
}

query& query::operator<<(std::int64_t number) {
    statement_->bind(++bound_, number);
    return *this;
}

query& query::operator<<(core::wall_time time) {
    return *this << to_number(time);
}

query& query::operator<<(const std::optional<core::wall_time>& time) {
    return time ? *this << *time : null();
}

query& query::operator<<(const std::optional<int>& number) {
    return number ? *this << std::int64_t(*number) : null();
}

query& query::operator<<(const std::optional<double>& number) {
    if (!number) return null();
    statement_->bind(++bound_, *number);
    return *this;
}

query& query::null() {
    statement_->bind(++bound_);
    return *this;
}

query& query::text_or_null(const std::string& text) {
    return text.empty() ? null() : *this << text;
}

query& query::blob(const std::string& bytes) {
    statement_->bindNoCopy(++bound_, static_cast<const void*>(bytes.data()), int(bytes.size()));
    return *this;
}

std::string query::text(int column) const {
    return statement_->getColumn(column).getString();
}

std::int64_t query::number(int column) const {
    return statement_->getColumn(column).getInt64();
}

core::wall_time query::time(int column) const {
    return to_time(number(column));
}

std::optional<core::wall_time> query::maybe_time(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
}

std::optional<int> query::maybe_number(int column) const {
    if (is_null(column)) return std::nullopt;
    return int(number(column));
}

std::optional<double> query::maybe_real(int column) const {
    if (is_null(column)) return std::nullopt;
    return statement_->getColumn(column).getDouble();
}

database::database(std::filesystem::path path, mode how, std::chrono::milliseconds busy_timeout)
    : path_(std::move(path)),
      busy_timeout_(busy_timeout),
      pages_in_log_(std::make_unique<int>(0)),
      connection_(name_for(path_, how), flags_for(how), int(busy_timeout.count())) {
    if (configured != SQLITE_OK) throw SQLite::Exception("SQLite does not take its settings", configured);
    if (how != mode::read_write) return;
    if (sqlite3_db_readonly(connection_.getHandle(), "main") == 1)
        throw SQLite::Exception("the file may not be written", SQLITE_READONLY);
    const std::string journal_mode = connection_.execAndGet("pragma journal_mode = wal").getString();
    if (journal_mode != "wal")
        throw SQLite::Exception("the file system does not allow a write-ahead log (network share?)", SQLITE_CANTOPEN);
    connection_.exec("pragma synchronous = full");
    connection_.exec("pragma foreign_keys = on");
    // What a statement needs for its undoing would go to a file in TMPDIR, which a kill -9 leaves behind.
    connection_.exec("pragma temp_store = memory");
    connection_.exec(limit_log);
    // In the place of SQLite's own hook, which writes the log back within the commit that makes it long.
    sqlite3_wal_hook(connection_.getHandle(), &note_length, pages_in_log_.get());
}

query database::use(const char* sql) {
    auto& statement = statements_[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(connection_, sql);
    return query(*statement);
}

void database::write_log_back() noexcept {
    sqlite3_wal_checkpoint_v2(connection_.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void database::be_patient(bool patient) {
    connection_.setBusyTimeout(int((patient ? busy_timeout_ : std::min(busy_timeout_, short_wait)).count()));
}

bool database::in_transaction() const noexcept {
    return sqlite3_get_autocommit(connection_.getHandle()) == 0;
}

bool database::has_moved() noexcept {
    int moved = 0;
    const int code = sqlite3_file_control(connection_.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return code == SQLITE_OK && moved != 0;
}

core::error database::failure_from(const std::exception& thrown) const {
    if (const auto* failure = dynamic_cast<const SQLite::Exception*>(&thrown))
        return failure_of(*failure, path_, last_system_error(connection_.getHandle()));
    return core::fail(core::errc::storage_failed, "database " + path_.string() + ": " + thrown.what());
}

}  // namespace familiar::journal
