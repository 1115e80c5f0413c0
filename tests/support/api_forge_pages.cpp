#include "support/api_forge_state.hpp"

#include <algorithm>

namespace familiar::test {

namespace {

namespace json = boost::json;

int number_or(const std::string& text, int otherwise) {
    return text.empty() ? otherwise : std::max(1, std::stoi(text));
}

/// The same request for another page.
std::string link(const api_ask& ask, std::size_t page, const char* relation) {
    const auto path = ask.target.substr(0, ask.target.find('?'));
    std::string query;
    for (auto at = path.size() + 1; at < ask.target.size();) {
        const auto end = std::min(ask.target.find('&', at), ask.target.size());
        const auto one = ask.target.substr(at, end - at);
        if (!one.starts_with("page=")) query += one + "&";
        at = end + 1;
    }
    return "<" + origin_of(ask) + path + "?" + query + "page=" + std::to_string(page) + ">; rel=\"" + relation + "\"";
}

}  // namespace

api_reply page_of(const api_state& state, const api_ask& ask, const std::vector<json::value>& all, int usual_size) {
    const auto size = static_cast<std::size_t>(std::min(number_or(ask.field("per_page"), usual_size), state.page_size));
    const auto page = static_cast<std::size_t>(number_or(ask.field("page"), 1));
    const auto last = std::max<std::size_t>(1, (all.size() + size - 1) / size);

    json::array elements;
    for (auto at = (page - 1) * size; at < std::min(all.size(), page * size); ++at) elements.push_back(all[at]);
    api_reply out{200, std::move(elements), {}};
    if (page < last)
        out.headers.emplace_back("Link", link(ask, page + 1, "next") + ", " + link(ask, last, "last"));
    else if (page > 1)
        out.headers.emplace_back("Link", link(ask, page - 1, "prev") + ", " + link(ask, 1, "first"));
    out.headers.emplace_back("X-Next-Page", page < last ? std::to_string(page + 1) : "");
    out.headers.emplace_back("X-Page", std::to_string(page));
    return out;
}

}  // namespace familiar::test
