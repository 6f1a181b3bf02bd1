#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace hookflow::stages {

/// Refuses what a stage reads of a pass where it is NaN or infinite: stored, it would read as a
/// missing value. Throws pipeline::PromptFailure with the number and what `place` says of its index.
template <typename Place>
void check_finite(std::span<const float> values, const Place& place);

/// Where the first NaN or infinite value is; the size where there is none.
std::size_t first_not_finite(std::span<const float> values);
[[noreturn]] void refuse_not_finite(float value, const std::string& place);

template <typename Place>
void check_finite(std::span<const float> values, const Place& place) {
  const std::size_t at = first_not_finite(values);
  if (at != values.size()) refuse_not_finite(values[at], place(at));
}

}  // namespace hookflow::stages
