#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// A text with names in braces, for which values stand in: "When {A} and {B} went to {place}". `{{` and `}}`
/// are braces.
class TextTemplate {
 public:
  /// Throws ParamError for a brace that is alone, and for braces without a name.
  explicit TextTemplate(std::string_view text);

  /// Each once, as they come.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// `values`: of all names, maybe of others too.
  [[nodiscard]] std::string fill(const std::map<std::string, std::string>& values) const;

 private:
  struct Piece {
    std::string text;  // as it stands; or, in braces, a name
    bool is_name = false;
  };
  void add_name(std::string_view name);

  std::vector<Piece> pieces_;
  std::vector<std::string> names_;
};

}  // namespace hookflow::pipeline
