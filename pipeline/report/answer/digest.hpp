#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/run_file/reading/run_file.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// A value, and which cell of its variable has it, row-major.
struct FoundValue {
  double value = 0;
  std::size_t cell = 0;
};

/// A value, and how often it is there.
struct CommonValue {
  double value = 0;
  std::size_t times = 0;
  std::size_t different = 1;  // values in all
};

/// What is found among values. Missing ones are left out of it all, infinite ones are counted alone.
class Digest {
 public:
  void add(double value, std::size_t cell);

  [[nodiscard]] std::size_t count() const { return count_; }  // of finite values
  [[nodiscard]] std::size_t infinite() const { return infinite_; }
  [[nodiscard]] std::size_t ones() const { return ones_; }  // that are 1
  [[nodiscard]] double mean() const { return mean_; }
  // Of equal values the first. There are none unless there is a value.
  [[nodiscard]] const FoundValue& lowest() const { return lowest_; }
  [[nodiscard]] const FoundValue& highest() const { return highest_; }
  /// Those of largest magnitude, the largest first, up to kTop.
  [[nodiscard]] const std::vector<FoundValue>& top() const { return top_; }
  /// The value that is there most often, the lowest of several, and how often; none where there are too many
  /// different ones to count.
  [[nodiscard]] std::optional<CommonValue> commonest() const;

 private:
  static constexpr std::size_t kTop = 3;
  static constexpr std::size_t kMostDifferent = 65536;

  void rank(const FoundValue& found);

  std::size_t count_ = 0;
  std::size_t infinite_ = 0;
  std::size_t ones_ = 0;
  double mean_ = 0;
  FoundValue lowest_, highest_;
  std::vector<FoundValue> top_;
  std::map<double, std::size_t> times_;
};

/// The digest of all values of a stored variable or, with an axis that it has, one for each of its labels.
/// Reads it in stretches, so that memory does not grow with the run.
std::vector<Digest> digests(const RunFile& run, const std::string& group, const Variable& variable,
                            const std::string& axis = "");

}  // namespace hookflow::pipeline
