#pragma once
#include <cstddef>
#include <span>

namespace hookflow {

/// Float formats of stored weights. All widen to float32 without rounding; infinities and NaN stay what they
/// are.
enum class FloatFormat { f32, f16, bf16 };

/// Bytes of one number.
std::size_t size_of(FloatFormat format);

/// Widens little-endian numbers, at any address, to float32. `source` holds size_of(format) bytes for each
/// element of `destination`.
void widen(FloatFormat format, std::span<const std::byte> source, std::span<float> destination);

}  // namespace hookflow
