#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/run_file/reading/run_file.hpp"
#include "pipeline/values/array.hpp"

/// The datasets of any group of a run file, a stage's or the file's own, by what they hold alone.
namespace hookflow::pipeline {

/// Numbers or texts, row-major along its axes.
struct StoredDataset {
  std::string name;
  std::vector<Axis> axes;
  std::string units;
  std::string long_name;
  h5::Kind kind = h5::Kind::other;  // a text of limited length is `text` as well
  std::string spelled_from{};       // of texts that are not stored: the dataset whose numbers spell them

  [[nodiscard]] bool is_text() const { return kind == h5::Kind::text; }
  /// Ids, indices and counts; -1 is none.
  [[nodiscard]] bool is_integer() const { return kind == h5::Kind::int64 || kind == h5::Kind::uint8; }
};
using StoredValues = std::variant<std::vector<std::string>, std::vector<std::int64_t>, std::vector<float>,
                                  std::vector<double>>;

/// The names of all groups, in alphabetical order.
std::vector<std::string> stored_groups(const RunFile& run);
/// All datasets of a group but its axes, in alphabetical order.
std::vector<StoredDataset> stored_datasets(const RunFile& run, const std::string& group);
StoredValues stored_values(const RunFile& run, const std::string& group, const std::string& dataset);

}  // namespace hookflow::pipeline
