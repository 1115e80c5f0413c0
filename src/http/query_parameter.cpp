#include "http/query_parameter.hpp"

#include <boost/url/encoding_opts.hpp>
#include <boost/url/parse_query.hpp>

namespace urls = boost::urls;

namespace familiar::http {

std::optional<std::string> query_parameter(const request& asked, std::string_view name) {
    const auto parsed = urls::parse_query(asked.query);
    if (!parsed) return {};
    urls::encoding_opts form;
    form.space_as_plus = true;
    for (const auto parameter : *parsed)
        if (parameter.key.decode(form) == name) return parameter.value.decode(form);
    return {};
}

}  // namespace familiar::http
