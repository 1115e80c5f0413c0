#include "payloads.hpp"

#include "support/test_data.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace familiar::bench {

namespace json = boost::json;

namespace {

constexpr std::string_view paragraphs =
    "The parser takes the second form for the first one when a line ends in a colon, which `read_line` could know.\n"
    "What do you think of asking the **caller** for it? See [the note](https://example.org/notes/17#parser).\n\n"
    "> It has been so since the beginning, and nobody has complained.\n\n"
    "- the second form is rare (0.3 % in our logs)\n- a fix costs a look at one more byte\n\n"
    "```cpp\nif (line.ends_with(':')) return form::second;  // rare\n```\n\n";

/// The object that holds what somebody wrote, and the name of it there.
struct written {
    json::object& in;
    const char* name;
};

written find_text(json::object& payload) {
    if (auto* comment = payload.if_contains("comment")) return {comment->as_object(), "body"};
    if (auto* pull = payload.if_contains("pull_request")) return {pull->as_object(), "body"};
    auto& attributes = payload.at("object_attributes").as_object();
    return {attributes, attributes.contains("note") ? "note" : "description"};
}

json::object label(std::size_t index) {
    return {{"id", 4'000'000 + index},
            {"url", "https://api.example.org/repos/acme/widgets/labels/" + std::to_string(index)},
            {"name", "area: parser"},
            {"color", "ededed"},
            {"default", false},
            {"description", nullptr}};
}

}  // namespace

std::string prose(std::size_t size) {
    std::string text;
    text.reserve(size + paragraphs.size());
    while (text.size() < size) text += paragraphs;
    text.resize(size);
    return text;
}

std::string payload(event::provider forge, const std::string& name, std::size_t size, filled_with what) {
    auto value = json::parse(test::read_payload(std::string(to_text(forge)), name));
    auto& object = value.as_object();
    const auto room = [&] {
        const auto taken = json::serialize(value).size();
        if (taken > size) throw std::logic_error("the payload " + name + " is larger than that");
        return size - taken;
    };
    if (what == filled_with::values) {
        auto& labels = (object["labels"] = json::array()).as_array();
        const auto each = json::serialize(label(0)).size() + 10;
        for (auto left = room(); left > each; left -= each) labels.push_back(label(labels.size()));
    } else {
        const auto text = find_text(object);
        auto& now = text.in[text.name].as_string();
        // Escapes make a text longer, by how much is known when it is there.
        const auto most = room();
        now.append(prose(most - most / 16));
    }
    object["filler"] = "";
    object["filler"] = std::string(room(), 'x');
    return json::serialize(value);
}

}  // namespace familiar::bench
