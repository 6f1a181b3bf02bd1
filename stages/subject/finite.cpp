#include "stages/subject/finite.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "pipeline/error.hpp"

namespace hookflow::stages {

std::size_t first_not_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000;  // all ones: NaN or infinite
  std::uint32_t largest = 0;                       // without a way out of the loop, which becomes vector code
  for (const float value : values)
    largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & kExponent);
  if (largest != kExponent) return values.size();
  const auto found =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  return static_cast<std::size_t>(found - values.begin());
}

void refuse_not_finite(float value, const std::string& place) {
  const char* number = std::isnan(value) ? "not a number" : value > 0 ? "infinite" : "minus infinity";
  throw pipeline::PromptFailure(place + " is " + number + "; what is measured must be finite");
}

}  // namespace hookflow::stages
