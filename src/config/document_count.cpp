#include "config/document_count.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace familiar::config {

namespace {

/// Where a document and its first node begin.
class beginning : public YAML::EventHandler {
public:
    YAML::Mark node = YAML::Mark::null_mark();

    /// Nothing, and not even a line "---" before it.
    bool is_empty() const { return empty_ && node.pos == start_.pos; }

    void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        empty_ = node.is_null();
        see(mark);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { see(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
        see(mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        see(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
        see(mark);
    }
    void OnMapEnd() override {}

private:
    void see(const YAML::Mark& mark) {
        if (node.is_null()) node = mark;
    }

    YAML::Mark start_ = YAML::Mark::null_mark();
    bool empty_ = false;
};

}  // namespace

std::optional<excess> find_excess(const std::string& text) {
    std::istringstream in(text);
    YAML::Parser parser(in);
    beginning first;
    beginning second;
    if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return std::nullopt;
    return excess{.where = second.node, .stuck = second.is_empty()};
}

}  // namespace familiar::config
