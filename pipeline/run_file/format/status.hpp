#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"

namespace hookflow::pipeline {

/// The group /status: what becomes known only after the file was made. These are datasets, whose place in the
/// file HDF5 tells and never changes, so that the seal can leave it out; attributes have no such place.
class Status {
 public:
  static constexpr std::size_t kTextBytes = 512;
  static void create(h5::File& file, const std::vector<std::string>& texts);
  explicit Status(const h5::File& file);

  void set_complete(bool complete);
  [[nodiscard]] bool has(const std::string& text) const { return texts_.contains(text); }
  /// Of a name that the file was made with; of a value beyond kTextBytes the rest is cut.
  void set_text(const std::string& name, const std::string& value);
  [[nodiscard]] Attributes texts() const;

 private:
  h5::Dataset complete_;
  std::map<std::string, h5::Dataset> texts_;
};

/// Whether a file has that group. Format 3 had the same names as attributes of the root, and a stage might be
/// called so.
bool has_status(const h5::File& file);
/// What a file says of itself: 1 for complete, 0 until then, anything else if it is damaged.
std::int64_t stated_complete(const h5::File& file);
/// How a file was made: the root's attributes, and what stands in /status.
Attributes read_attributes(const h5::File& file);

}  // namespace hookflow::pipeline
