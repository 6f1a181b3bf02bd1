#include "model/files/strict_json.hpp"

#include <unordered_set>
#include <utility>
#include <vector>

#include "model/error.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kMaxDepth = 32;

/// Builds the value while the parser reads, and stops it at the first broken rule.
class StrictBuilder final : public nlohmann::json_sax<FlatJson> {
 public:
  explicit StrictBuilder(FlatJson& root) : root_(root) {}

  std::string problem;

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
  bool number_float(number_float_t value, const string_t& /*spelling*/) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t& value) override { return scalar(std::move(value)); }

  bool start_object(std::size_t) override { return open(FlatJson::object()); }
  bool key(string_t& name) override {
    members().emplace_back(std::move(name), FlatJson());
    return true;
  }
  bool end_object() override {
    std::unordered_set<std::string_view> seen;
    seen.reserve(members().size());
    for (const auto& [name, value] : members()) {
      if (!seen.insert(name).second) return stop("key '" + name + "' is given twice in one object");
    }
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return open_.empty() ? stop(kRoot) : open(FlatJson::array()); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's text carries its own error number in brackets first; what matters follows it.
    const std::string text = error.what();
    const auto after_number = text.find("] ");
    return stop("malformed JSON near byte " + std::to_string(position) + ": " +
                (after_number == std::string::npos ? text : text.substr(after_number + 2)));
  }

 private:
  static constexpr const char* kRoot = "must hold one JSON object";

  FlatJson::object_t& members() { return open_.back()->get_ref<FlatJson::object_t&>(); }

  bool scalar(FlatJson value) {
    if (open_.empty()) return stop(kRoot);
    put(std::move(value));
    return true;
  }
  bool open(FlatJson value) {
    open_.push_back(put(std::move(value)));
    return open_.size() <= kMaxDepth || stop("nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  /// Returns where it then stands: there it stays while it is open, for nothing is put beside it before.
  FlatJson* put(FlatJson value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_object()) return &(members().back().second = std::move(value));
    open_.back()->push_back(std::move(value));
    return &open_.back()->back();
  }
  bool stop(std::string reason) {
    if (problem.empty()) problem = std::move(reason);
    return false;
  }

  FlatJson& root_;
  std::vector<FlatJson*> open_;  // objects and arrays, the innermost last
};

}  // namespace

FlatJson parse_json_object(std::string_view text, const std::string& place) {
  // The parser takes a NUL for the end of its input and would not see what follows it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw ModelError(place + ": malformed JSON: NUL at byte " + std::to_string(nul));
  FlatJson root;
  StrictBuilder builder(root);
  if (!FlatJson::sax_parse(text, &builder)) throw ModelError(place + ": " + builder.problem);
  return root;
}

}  // namespace hookflow
