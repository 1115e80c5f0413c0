#pragma once

#include "journal/database.hpp"

#include <future>

namespace familiar::journal {

/// Writes the log of a database back into its file, beside whoever writes on.
///
/// Some thousand pages and an fsync take milliseconds, on a slow disk many. SQLite lets others read and write meanwhile
/// if another thread does it, with a connection of its own: that exists for one write-back at a time, and nothing of it
/// is left where little is written. What fails is left to the next time: the log has it all.
///
/// In a storm the log has grown whenever a write-back ends, so that SQLite can never begin it anew. At its longest the
/// writer therefore writes the rest back itself, with all who come meanwhile waiting.
class write_back {
public:
    /// For after each commit: begins a write-back if the log of `writer` is long. Returns at once unless the log is at
    /// its longest.
    void look_after(database& writer) noexcept;

    /// Waits for the one that is under way. Nothing of it has the file open then.
    void finish() noexcept;

private:
    int begun_at_ = 0;  ///< pages in the log when the last one began
    std::future<void> under_way_;
};

}  // namespace familiar::journal
