#include "stages/given/seeded.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "pipeline/hash/sha256.hpp"

namespace hookflow::stages {
namespace {

std::uint64_t seed_of(const std::vector<std::string>& words) {
  pipeline::Sha256 hash;
  for (const std::string& word : words) hash.add(std::to_string(word.size()) + ":" + word);
  return static_cast<std::uint64_t>(hash.first_64());
}

}  // namespace

Seeded::Seeded(const std::vector<std::string>& words) : engine_(seed_of(words)) {}

double Seeded::uniform() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }

double Seeded::normal() {
  if (has_next_) {
    has_next_ = false;
    return next_;
  }
  // Box and Muller's transform gives two at a time.
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  next_ = radius * std::sin(angle);
  has_next_ = true;
  return radius * std::cos(angle);
}

}  // namespace hookflow::stages
