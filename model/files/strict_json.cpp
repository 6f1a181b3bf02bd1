#include "model/files/strict_json.hpp"

#include <unordered_set>
#include <vector>

#include "model/error.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kMaxDepth = 32;

/// Follows the parse and stops it at the first broken rule, before anything is built from the text.
class StrictHandler final : public nlohmann::json_sax<FlatJson> {
 public:
  std::string problem;

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }

  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return within_depth();
  }
  bool key(string_t& name) override {
    return keys_.back().insert(name).second || stop("key '" + name + "' is given twice in one object");
  }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override {
    if (keys_.empty()) return value();
    keys_.emplace_back();
    return within_depth();
  }
  bool end_array() override { return leave(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's text carries its own error number in brackets first; what matters follows it.
    const std::string text = error.what();
    const auto after_number = text.find("] ");
    return stop("malformed JSON near byte " + std::to_string(position) + ": " +
                (after_number == std::string::npos ? text : text.substr(after_number + 2)));
  }

 private:
  bool value() { return !keys_.empty() || stop("must hold one JSON object"); }
  bool within_depth() {
    return keys_.size() <= kMaxDepth || stop("nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }
  bool stop(std::string reason) {
    if (problem.empty()) problem = std::move(reason);
    return false;
  }

  std::vector<std::unordered_set<std::string>> keys_;  // one set an open object or array
};

}  // namespace

FlatJson parse_json_object(std::string_view text, const std::string& place) {
  // The parser takes a NUL for the end of its input and would not see what follows it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw ModelError(place + ": malformed JSON: NUL at byte " + std::to_string(nul));
  StrictHandler handler;
  if (!FlatJson::sax_parse(text, &handler)) throw ModelError(place + ": " + handler.problem);
  return FlatJson::parse(text);
}

}  // namespace hookflow
