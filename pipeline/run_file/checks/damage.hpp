#pragma once
#include <compare>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// What of a run file's results is not as it was stored: a bit has flipped in a value, in a mark, in why a
/// prompt failed, or in the checksum itself.
struct Damage {
  struct Part {
    std::size_t lane = 0;
    std::size_t prompt = 0;
    std::size_t part = 0;
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  std::vector<Part> parts;
  std::vector<std::size_t> folds;
  /// It says that it is complete and its marks do not, or what it says is neither yes nor no.
  bool wrongly_complete = false;

  // For messages; empty where nothing is damaged.
  std::vector<LaneLayout> lanes;
  std::vector<std::string> fold_names;
  Axis prompt;  // the prompts' ids

  [[nodiscard]] bool any() const { return wrongly_complete || count() > 0; }
  [[nodiscard]] std::size_t count() const { return parts.size() + folds.size(); }
};

/// "FILE is damaged: results of 2 prompts and of 1 stage over all prompts", and a line each, up to `most`;
/// what is left out is counted in one more.
std::string damage_report(const Damage& damage, const std::filesystem::path& path, std::size_t most);
/// The same for programs: a line of JSON for each, the event `damaged`.
std::vector<std::string> json_lines_of(const Damage& damage);

}  // namespace hookflow::pipeline
