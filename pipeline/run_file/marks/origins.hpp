#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/values/index_set.hpp"

namespace hookflow::pipeline {

/// Where the results of a merged file were computed: for each part that was taken from another file the
/// processor and its BLAS kernels. What other kernels computed may differ in its last bits.
class Origins {
 public:
  static constexpr std::size_t kKernels = 32;  // of different names
  /// Makes them beside the marks, which must be there.
  static void create(h5::File& file, const RunLayout& layout);
  /// Whether a file has them.
  static bool stand_in(const h5::File& file);
  Origins(const h5::File& file, const std::vector<std::string>& lanes);

  [[nodiscard]] const std::vector<std::string>& kernels() const { return names_; }
  /// Of the next write. Throws h5::Error where there are too many different kernels.
  void set(std::size_t lane, std::size_t prompt, std::size_t part, const std::string& kernel);
  /// It was computed by a process that works on this file.
  void clear(std::size_t lane, std::size_t prompt, std::size_t part) { put(lane, prompt, part, 0); }
  void write();

 private:
  struct Lane {
    h5::Dataset kernels;               // [prompt, part]: number of the kernel, from 1; 0: none
    std::vector<std::uint8_t> marked;  // what that will hold after the next write
    IndexSet changed;                  // prompts
  };
  void put(std::size_t lane, std::size_t prompt, std::size_t part, std::uint8_t number);
  std::size_t number_of(const std::string& kernel);
  std::size_t number_of_new(const std::string& kernel);

  h5::Dataset kernels_;  // [kernel, byte]
  std::vector<Lane> lanes_;
  std::vector<std::string> names_;
  std::string last_;  // kernel that was asked for: mostly the same again
  std::size_t last_number_ = 0;
};

}  // namespace hookflow::pipeline
