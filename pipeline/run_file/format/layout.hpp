#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/values/array.hpp"
#include "pipeline/values/rows.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

inline constexpr int kFormatVersion = 8;
inline constexpr int kOldestFormat = 3;  // that is still read

/// The variables of one stage: a group of the file.
struct GroupLayout {
  std::string name;   // the stage's id
  std::string about;  // the stage's name and what it does
  std::vector<Variable> variables;
};

inline constexpr const char* kItemsLane = "items";  // what runs once a prompt

/// Stages whose results for a prompt are committed together: those that run once a prompt, or those that run
/// on the variants of one stage; before or after some stages that run over all prompts.
struct LaneLayout {
  std::string name;       // kItemsLane, or the id of the stage that begins it
  std::size_t parts = 1;  // chunks of variants that a prompt is committed in
  // What a part of a prompt has in the file. Of each of these variables, "group/variable", a prompt's row is
  // `variants` equal pieces, and part i has `variants_a_part` of them, from i * variants_a_part on.
  std::vector<std::string> variables{};
  std::size_t variants = 1;
  std::size_t variants_a_part = 1;
  std::string continues{};              // the lane on whose variants it runs, later; empty: it has its own
  std::vector<std::string> built_on{};  // folds, directly or not

  [[nodiscard]] bool adds_variants() const { return name != kItemsLane && continues.empty(); }
  /// Whose variants it runs on: kItemsLane where there are none.
  [[nodiscard]] const std::string& expander() const { return continues.empty() ? name : continues; }
  [[nodiscard]] bool has_variants() const { return expander() != kItemsLane; }
  [[nodiscard]] std::size_t first_variant(std::size_t part) const {
    return std::min(part * variants_a_part, variants);
  }
  /// Of one part; the last may have fewer.
  [[nodiscard]] std::size_t variants_of(std::size_t part) const {
    return first_variant(part + 1) - first_variant(part);
  }
};

/// A stage that runs over all prompts.
struct FoldLayout {
  std::string name;                  // its id
  std::vector<std::string> reads{};  // lanes and folds, by name
};

/// Numbers known when the file is made, such as what each prompt is fed as.
struct ConstantArray {
  std::string group;
  Variable variable;
  NumberCells values;
};

/// Which share of a run a file has: some of its prompts, of these some parts, and nothing over all prompts.
struct ShareLayout {
  std::string name;                    // "3/8"
  std::vector<std::size_t> prompts;    // one a row, ascending: which prompt of the whole run it is
  std::vector<std::vector<bool>> own;  // [lane][row * parts + part]; of a lane empty: all of it
  std::size_t run_prompts = 0;         // that the whole run has
  std::size_t phase = 0;               // of the plan: only its lanes are in the share
  friend bool operator==(const ShareLayout&, const ShareLayout&) = default;
};

/// Everything about a run file that is fixed when the file is made: shapes never change afterwards.
struct RunLayout {
  std::size_t prompts = 0;
  std::vector<GroupLayout> groups;
  std::vector<LaneLayout> lanes;
  std::vector<FoldLayout> folds;
  std::string default_group;  // the group a viewer shows first, and its variable
  std::string default_variable;
  std::vector<TextTable> texts;
  std::vector<ConstantArray> constants;
  std::vector<Warning> warnings;
  std::optional<ShareLayout> share;  // none: the whole run
  bool merged = false;               // what is done may have been done elsewhere
  // What resuming needs to make this layout again.
  std::string workflow;  // JSON, with every default stated; empty: not kept
  TextRows prompt_rows;  // JSON of each prompt; empty: not kept
};

/// Name and value of what makes two runs the same: workflow, prompts, the subject's files, result version.
inline constexpr const char* kBuiltOn = "built_on_sha256";  // of a share: results over all prompts
using Identity = std::vector<std::pair<std::string, std::string>>;
using Attributes = std::map<std::string, std::string>;

}  // namespace hookflow::pipeline
