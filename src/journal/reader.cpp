#include "journal/reader.hpp"

#include "journal/delivery_rows.hpp"
#include "journal/failure.hpp"
#include "journal/schema.hpp"

#include <memory>

namespace familiar::journal {

using core::errc;

core::result<std::optional<delivery>> read_delivery(const std::filesystem::path& path,
                                                    std::optional<event::provider> forge, const std::string& id,
                                                    std::chrono::milliseconds busy_timeout) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return core::fail(errc::not_found, "there is no database " + path.string() + " (storage.path)");

    std::unique_ptr<database> opened;
    try {
        opened = std::make_unique<database>(path, database::mode::read_only, busy_timeout);
        const int newest = int(schema_steps().size());
        const auto version = version_of(*opened, newest);
        if (!version) return version.error();
        if (*version != newest)
            return core::fail(errc::conflict, "database " + path.string() +
                                                  " is of an older version; start the server once, it brings it up to "
                                                  "date");
        return select_delivery(*opened, forge, id);
    } catch (const SQLite::Exception& thrown) {
        if (!opened) return failure_of(thrown, path);
        return opened->failure_from(thrown);
    }
}

}  // namespace familiar::journal
