#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>

namespace familiar::test {

/// Another program that is writing: the journal waits for it, and what is asked meanwhile piles up.
class other_writer {
public:
    explicit other_writer(const std::filesystem::path& database)
        : connection_(database.string(), SQLite::OPEN_READWRITE) {
        connection_.exec("begin immediate");
    }
    void finish() { connection_.exec("rollback"); }

private:
    SQLite::Database connection_;
};

}  // namespace familiar::test
