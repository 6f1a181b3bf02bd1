#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/prompts/prompt_list.hpp"

namespace hookflow::pipeline {

/// An id as it is written: a whole number from 0 up.
std::optional<std::int64_t> parse_id(std::string_view text);
/// What is wrong with a column's name, as `column 'a/b' ...`; empty: nothing.
std::string column_name_problem(std::string_view name);

/// Collects prompts, and everything that is wrong with them, from wherever they are read.
class PromptRows {
 public:
  explicit PromptRows(PromptPlaces places, BadPrompts bad = BadPrompts::refused)
      : places_(places), bad_(bad), prompts_(std::move(places)) {}

  /// A row: begin, set or refuse its keys, end. `number`: of its place.
  void begin(std::size_t number);
  void set(const std::string& key, std::string value);  // id, text or a column
  void set_ids(std::vector<std::int64_t> ids);
  /// A value that is neither text nor a number, as JSON: only a column may hold it. null: there is no value.
  void set_other(const std::string& key, const std::string& json);
  void refuse(const std::string& key, const std::string& why);  // a key whose value cannot be used
  void refuse_row(const std::string& why);
  void end();
  /// A row that is known to be none.
  void add_bad(Prompt prompt, std::size_t number);

  [[nodiscard]] std::size_t size() const { return prompts_.size(); }  // of rows that have ended
  /// A line a problem, with its place, the first 20 in full; empty: none.
  [[nodiscard]] std::string problems() const;
  /// Throws the problems as an Error, if there are any.
  template <typename Error>
  [[nodiscard]] Prompts take() {
    if (problem_count_ > 0) throw Error(problems());
    return prompts_.take();
  }

 private:
  bool mention(const std::string& key);
  bool check_column(const std::string& name);
  void check_content();
  void check_id();
  [[nodiscard]] std::string id_problem() const;  // empty: none
  [[nodiscard]] std::string free_id() const;     // for a row that has none of its own

  PromptPlaces places_;
  BadPrompts bad_;
  Prompts::Builder prompts_;  // those before
  Prompt prompt_;             // the one under way
  std::size_t number_ = PromptPlaces::kNone;
  std::vector<std::string> mentioned_;  // its keys
  bool has_id_ = false;
  std::unordered_map<std::string, std::size_t> numbers_of_ids_;  // of the rows that have them
  std::string listed_;                                           // of its problems, a line each
  std::size_t problem_count_ = 0;
};

}  // namespace hookflow::pipeline
