#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "event/event.hpp"
#include "job/remark_mark.hpp"
#include "provider/forge.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace familiar::job {

/// A comment that a merge request is to have once.
struct remark_to_write {
    std::string path;
    std::int64_t number = 0;
    remark_mark mark;
    std::string text;
    bool may_replace = false;  ///< the newest comment, if it is ours about another job, may become this one
};

/// Writes the bot's comments at one forge, each once: what has been written is remembered, and what is not remembered
/// is looked for among the comments of the merge request that the bot wrote, by its mark.
class remark_writer {
public:
    explicit remark_writer(const config::current& settings) : settings_(settings) {}

    /// The comment's URL, once it stands there as wanted; a refusal stays as it is if it stands there already. Errors
    /// are the forge's. After one that passes it may stand there all the same: the next call looks.
    boost::asio::awaitable<core::result<std::string>> write(provider::forge& at, remark_to_write what);

    /// There is nothing more to be written under this mark.
    void forget(const std::string& path, std::int64_t number, const remark_mark& mark);

private:
    struct written {
        std::int64_t id = 0;
        std::string url;
        std::string body;
    };

    boost::asio::awaitable<core::result<std::string>> look_and_write(provider::forge& at, remark_to_write what);
    boost::asio::awaitable<core::result<void>> learn_who_we_are(provider::forge& at);
    boost::asio::awaitable<core::result<std::string>> replace(provider::forge& at, remark_to_write what, written old,
                                                              std::vector<std::string> earlier);
    boost::asio::awaitable<core::result<std::string>> post(provider::forge& at, remark_to_write what);

    const config::current& settings_;
    std::optional<provider::identity> own_{};
    std::shared_ptr<const config::settings> own_by_{};  ///< whose credentials that was asked with
    std::map<std::string, written> written_{};          ///< by merge request and mark
};

}  // namespace familiar::job
