#include "model/files/float_formats.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace hookflow {
namespace {

static_assert(std::endian::native == std::endian::little, "weights are stored little-endian");

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. Branch-free, so that the loop
// vectorises.
float from_f16(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  const std::uint32_t exponent = half & 0x7c00U;
  const std::uint32_t magnitude = half & 0x7fffU;
  const std::uint32_t normal = (magnitude << 13U) + ((127U - 15U) << 23U);
  const std::uint32_t special = (magnitude << 13U) | 0x7f800000U;  // infinity, or NaN with its payload
  // A subnormal is fraction * 2^-24, which float32 holds as a normal number. (Signed: the conversion is one
  // instruction.)
  const auto subnormal =
      std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
  const std::uint32_t finite = exponent == 0 ? subnormal : normal;
  return std::bit_cast<float>(sign | (exponent == 0x7c00U ? special : finite));
}

// The upper half of a float32.
float from_bf16(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U); }

template <float (*Widen)(std::uint16_t)>
void widen_halves(std::span<const std::byte> source, std::span<float> destination) {
  for (std::size_t i = 0; i < destination.size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, source.data() + i * sizeof half, sizeof half);
    destination[i] = Widen(half);
  }
}

}  // namespace

std::size_t size_of(FloatFormat format) { return format == FloatFormat::f32 ? 4 : 2; }

void widen(FloatFormat format, std::span<const std::byte> source, std::span<float> destination) {
  switch (format) {
    case FloatFormat::f32:
      if (!destination.empty()) std::memcpy(destination.data(), source.data(), destination.size_bytes());
      return;
    case FloatFormat::f16:
      return widen_halves<from_f16>(source, destination);
    case FloatFormat::bf16:
      return widen_halves<from_bf16>(source, destination);
  }
}

}  // namespace hookflow
