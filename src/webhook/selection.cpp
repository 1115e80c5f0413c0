#include "webhook/selection.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace familiar::webhook {

namespace json = boost::json;

namespace {

/// What Boost.JSON's parser tells of a text, in order; builds the values of what is selected.
class builder {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    using error_code = boost::system::error_code;

    builder(selection wanted, json::storage_ptr storage) : whole_{.name = {}, .inside = wanted} {
        values_.reset(std::move(storage));
    }

    json::value release() { return values_.release(); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code&) {
        if (next_ == nullptr)
            ++passed_over_;
        else
            open_.push_back({.wanted = next_->inside});
        return true;
    }

    bool on_object_end(std::size_t, error_code&) {
        if (passed_over_ > 0) {
            --passed_over_;
        } else {
            values_.push_object(open_.back().taken);
            open_.pop_back();
        }
        return true;
    }

    bool on_array_begin(error_code&) {
        if (next_ != nullptr) values_.push_array(0);
        next_ = nullptr;
        ++passed_over_;
        return true;
    }

    bool on_array_end(std::size_t, error_code&) {
        --passed_over_;
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        if (passed_over_ == 0) key_.append(part);
        return true;
    }

    bool on_key(json::string_view last_part, std::size_t, error_code&) {
        if (passed_over_ > 0) return true;
        const bool in_one_part = key_.empty();
        if (!in_one_part) key_.append(last_part);
        next_ = open_.back().wanted.find(in_one_part ? std::string_view(last_part) : key_);
        key_.clear();
        if (next_ == nullptr) return true;
        values_.push_key(next_->name);
        ++open_.back().taken;
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t, error_code&) {
        if (next_ != nullptr) values_.push_chars(part);
        return true;
    }

    bool on_string(json::string_view last_part, std::size_t, error_code&) {
        if (next_ != nullptr) values_.push_string(last_part);
        return true;
    }

    bool on_number_part(json::string_view, error_code&) { return true; }

    bool on_int64(std::int64_t number, json::string_view, error_code&) {
        if (next_ != nullptr) values_.push_int64(number);
        return true;
    }

    bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
        if (next_ != nullptr) values_.push_uint64(number);
        return true;
    }

    bool on_double(double number, json::string_view, error_code&) {
        if (next_ != nullptr) values_.push_double(number);
        return true;
    }

    bool on_bool(bool flag, error_code&) {
        if (next_ != nullptr) values_.push_bool(flag);
        return true;
    }

    bool on_null(error_code&) {
        if (next_ != nullptr) values_.push_null();
        return true;
    }

    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    struct level {
        selection wanted;
        std::size_t taken = 0;
    };

    field whole_;
    const field* next_ = &whole_;  ///< what the next value is taken for; none if it is passed over
    std::size_t passed_over_ = 0;  ///< objects and arrays that are open and not taken
    std::vector<level> open_;      ///< objects that are open and taken
    std::string key_;              ///< the parts so far of a key with escapes
    std::array<unsigned char, 4096> buffer_;
    json::value_stack values_{json::storage_ptr(), buffer_.data(), buffer_.size()};
};

}  // namespace

const field* selection::find(std::string_view name) const {
    const auto* const end = fields_ + count_;
    const auto* const found = std::find_if(fields_, end, [name](const field& one) { return one.name == name; });
    return found == end ? nullptr : found;
}

json::value read_selected(std::string_view text, selection wanted, std::size_t deepest, json::storage_ptr storage,
                          boost::system::error_code& failed) {
    json::parse_options options;
    options.max_depth = deepest;
    options.allow_invalid_utf8 = true;
    json::basic_parser<builder> parser(options, wanted, std::move(storage));
    const auto read = parser.write_some(false, text.data(), text.size(), failed);
    if (!failed && read < text.size()) failed = json::error::extra_data;
    return failed ? json::value() : parser.handler().release();
}

}  // namespace familiar::webhook
