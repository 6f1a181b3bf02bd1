#pragma once
#include <cstddef>
#include <span>

namespace hookflow {

/// The index of the largest value, the first of equals; values that are no numbers are passed over. 0 when
/// there is none.
std::size_t argmax(std::span<const float> values);

}  // namespace hookflow
