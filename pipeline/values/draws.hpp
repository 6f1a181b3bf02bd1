#pragma once
#include <cstdint>
#include <random>

namespace hookflow::pipeline {

/// Random numbers that are the same on every machine and in every run: they depend on the seed, and on what
/// they are drawn for, alone.
class Draws {
 public:
  explicit Draws(std::uint64_t seed, std::uint64_t item = 0);

  /// A whole number below `end`, which is not 0, each as likely as any other.
  [[nodiscard]] std::uint64_t below(std::uint64_t end);

 private:
  std::mt19937_64 random_;
};

}  // namespace hookflow::pipeline
