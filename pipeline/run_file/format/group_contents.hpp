#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

// Attributes that say how variables and axes are to be read.
inline constexpr const char* kAncillary = "ancillary_variables";
inline constexpr const char* kRelation = "relation";
inline constexpr const char* kNeutralValue = "neutral_value";
inline constexpr const char* kCountsAlong = "counts_along";
inline constexpr const char* kSpells = "spells";
inline constexpr const char* kMeasurementLevel = "measurement_level";
inline constexpr const char* kNominal = "nominal";

struct GroupContents {
  std::string name;
  std::string about;
  std::vector<Variable> variables;
  std::map<std::string, NumberCells> constants;  // by variable: values known when the file is made
  std::vector<TextTable> texts;
};

/// A layout's groups, each name once. Throws std::logic_error for names that a file cannot hold or that stand
/// twice in one group, an axis whose coordinates differ within a group, and constants or texts that do not
/// fit their axes.
std::vector<GroupContents> plan_contents(const RunLayout& layout);
/// Why these variables cannot stand in one group, if they cannot.
std::optional<std::string> naming_problem(std::span<const Variable> variables);
/// Spells out bytes of an axis's labels that are not UTF-8.
void spell_labels(Axis& axis);
/// The coordinates of the prompts: those of an axis `prompt` in the layout, or else numbers from 0.
Axis prompt_axis(const RunLayout& layout);

}  // namespace hookflow::pipeline
