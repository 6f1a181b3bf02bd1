#pragma once
#include <functional>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/marks/part_state.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Why prompts failed: the stage and the reason, texts of limited length in /checkpoint. They say something
/// of a prompt only while one of its parts is marked as failed: they are written before that mark, and
/// cleared after it was taken back, so that whatever a kill leaves can be told apart by the marks.
class FailureTexts {
 public:
  /// Makes them, empty, in /checkpoint.
  static void create(h5::Group& checkpoint, const Axis& prompt);
  explicit FailureTexts(const h5::Group& checkpoint);

  [[nodiscard]] std::size_t prompts() const { return reasons_.extents().at(0); }
  void write(const Failure& failure);
  /// Those of the prompts that `wanted` says.
  [[nodiscard]] std::vector<Failure> read(const std::function<bool(std::size_t prompt)>& wanted) const;
  /// Clears all but those of the prompts that `wanted` says.
  void keep(const std::function<bool(std::size_t prompt)>& wanted);

 private:
  h5::Dataset stages_;
  h5::Dataset reasons_;
};

}  // namespace hookflow::pipeline
