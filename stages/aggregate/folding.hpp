#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::stages {

/// Axes that make way for a folded one, and which cell along them, row-major, each of its steps goes to.
struct Groups {
  std::vector<pipeline::Axis> axes;
  std::vector<std::size_t> cell_of;  // [step]
};

/// Which axes are folded away, and how: to nothing or, where their steps are grouped, to the groups.
class Folding {
 public:
  Folding() = default;
  explicit Folding(const std::vector<std::string>& over);
  /// Groups the steps of an axis that is folded.
  void group(const std::string& axis, Groups groups);

  [[nodiscard]] bool folds(const std::string& axis) const { return folded_.contains(axis); }
  /// The variable's axes that are left, in order; groups stand where the axis was whose steps they are of.
  [[nodiscard]] std::vector<pipeline::Axis> kept(const pipeline::Variable& variable) const;

  /// Where each cell along `axes`, row-major, goes,
  [[nodiscard]] std::vector<std::size_t> targets(std::span<const pipeline::Axis> axes) const;
  /// among how many,
  [[nodiscard]] std::size_t cells(std::span<const pipeline::Axis> axes) const;
  /// and how many go to one of them at most.
  [[nodiscard]] std::size_t most_to_one(std::span<const pipeline::Axis> axes) const;

 private:
  /// Where the steps of one axis go.
  struct Steps {
    std::size_t cells = 1;
    std::vector<std::size_t> cell_of;
  };
  [[nodiscard]] Steps steps_of(const pipeline::Axis& axis) const;

  std::map<std::string, Groups> folded_;  // by axis; without axes of its own: all steps go to one cell
};

}  // namespace hookflow::stages
