#include "pipeline/values/draws.hpp"

#include <limits>

namespace hookflow::pipeline {

Draws::Draws(std::uint64_t seed, std::uint64_t item) {
  const auto low = [](std::uint64_t bits) { return static_cast<std::uint32_t>(bits); };
  std::seed_seq sequence{low(seed), low(seed >> 32U), low(item), low(item >> 32U)};
  random_.seed(sequence);
}

// The standard's distributions may differ from library to library, its engines may not.
std::uint64_t Draws::below(std::uint64_t end) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t whole_rounds = kMost - kMost % end;
  while (true) {
    const std::uint64_t drawn = random_();
    if (drawn < whole_rounds) return drawn % end;
  }
}

}  // namespace hookflow::pipeline
