#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace hookflow::stages {

/// Random numbers that words decide: the same in every run, on every machine and thread. (What the standard
/// library draws of a distribution differs between libraries; its engine does not.)
class Seeded {
 public:
  explicit Seeded(const std::vector<std::string>& words);

  /// From 0 to 1, without 1.
  double uniform();
  /// Of mean 0 and standard deviation 1.
  double normal();

 private:
  std::mt19937_64 engine_;
  double next_ = 0;
  bool has_next_ = false;
};

}  // namespace hookflow::stages
