#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/values/relation.hpp"

namespace hookflow::pipeline {

/// Values of one type, row-major: what is written to and read from a dataset.
using Column = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>>;

/// The labels along an axis. They never change and copies share them: every variable of a run has the axis of
/// its prompts, of which there may be many thousands.
class Coordinates {
 public:
  using Labels = std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

  Coordinates() : Coordinates(std::vector<std::int64_t>()) {}
  template <typename Label>
  Coordinates(std::vector<Label> labels) : labels_(std::make_shared<const Labels>(std::move(labels))) {}
  Coordinates(const std::vector<std::size_t>& indices)
      : Coordinates(std::vector<std::int64_t>(indices.begin(), indices.end())) {}

  [[nodiscard]] const Labels& labels() const { return *labels_; }
  friend bool operator==(const Coordinates& a, const Coordinates& b) {
    return a.labels_ == b.labels_ || *a.labels_ == *b.labels_;
  }

 private:
  std::shared_ptr<const Labels> labels_;
};

/// A named dimension: prompt, replacement, layer, position, ...
struct Axis {
  std::string name;
  Coordinates coordinates;  // one label a step: their number is the axis's size
  std::string long_name;
  std::string units;  // empty: none
  // Where its labels count along another axis: that one's name. Numbers along (prompt, that axis) that stand
  // for texts say what stands there.
  std::string counts_along{};
  bool unordered = false;  // its numbers are names: their order tells nothing
  // Where the texts that numbers along it stand for follow each other as one text: what that is called.
  std::string spells{};

  [[nodiscard]] std::size_t size() const {
    return std::visit([](const auto& labels) { return labels.size(); }, coordinates.labels());
  }
  friend bool operator==(const Axis&, const Axis&) = default;
};

enum class Dtype { float32, float64, int64 };

/// A named array with named axes: one dataset of the run file. A cell without a value holds NaN, or -1 where
/// the type is an integer.
struct Variable {
  std::string name;
  Dtype dtype = Dtype::float32;
  std::vector<Axis> axes;
  std::string units;                     // "1" for a pure number
  std::string long_name;                 // what a plot would call it
  bool zero_is_neutral = false;          // 0: no change, no difference, no relation
  Relation relation = Relation::itself;  // of those that name it as theirs
  std::vector<std::string> ancillary{};  // variables of its group that tell of it
};

/// An axis whose labels are the numbers from 0 on.
Axis numbered_axis(const std::string& name, std::size_t size, const std::string& long_name);
/// The number of cells along `axes`; 1 for none.
std::size_t cell_count(const std::vector<Axis>& axes);
std::size_t size_of(Dtype dtype);

}  // namespace hookflow::pipeline
