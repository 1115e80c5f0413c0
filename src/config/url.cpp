#include "config/values.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace familiar::config {

namespace {

std::string listed(const std::vector<std::string>& schemes) {
    std::string all;
    for (const auto& scheme : schemes) all += (all.empty() ? "" : ", ") + scheme + "://";
    return all;
}

/// What is wrong with it, or nothing. The URL itself is not shown: it may carry a password.
std::string flaw(const boost::urls::url_view& url) {
    const bool is_file = url.scheme() == "file";
    if (url.has_userinfo()) return "must not carry credentials; they belong into token or token_file";
    if (url.has_query() || url.has_fragment()) return "must end with its path, without ? and #";
    if (url.has_port() && (is_file || !whole_number(1, 65'535)(std::string(url.port()))))
        return "has a port that does not exist";
    if (!is_file && url.host().empty()) return "names no host";
    if (is_file && (!url.host().empty() || url.path().size() < 2)) return "must be file:///path, without a host";
    return {};
}

}  // namespace

conversion<std::string> url(std::vector<std::string> schemes) {
    return [schemes = std::move(schemes)](const std::string& text) -> core::result<std::string> {
        const auto parsed = boost::urls::parse_uri(text);
        if (!parsed || !parsed->has_authority())
            return not_allowed("must be a URL that begins with " + listed(schemes));
        const std::string scheme(parsed->scheme());
        if (std::ranges::find(schemes, scheme) == schemes.end())
            return not_allowed("must begin with " + listed(schemes) + ", not with " + scheme + "://");
        if (auto wrong = flaw(*parsed); !wrong.empty()) return not_allowed(std::move(wrong));
        return text.substr(0, text.find_last_not_of('/') + 1);
    };
}

}  // namespace familiar::config
