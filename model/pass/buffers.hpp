#pragma once
#include <array>
#include <cstddef>
#include <memory>

#include "model/architecture/config.hpp"
#include "model/hooks/hook.hpp"
#include "model/memory/tensor.hpp"

namespace hookflow {

/// The memory of one pass: for each place a matrix of n rows. Places that are never needed at the same time
/// share one. d = model width, a = width of all heads together, f = MLP width.
class Buffers {
 public:
  Buffers(const Config& config, std::size_t rows);

  /// How many floats the constructor allocates.
  static std::size_t floats(const Config& config, std::size_t rows);

  /// (n, columns of the place). Throws std::logic_error for a place that is computed head by head.
  [[nodiscard]] MutableView of(HookKind kind) const;
  [[nodiscard]] MutableView keys_and_values() const;  // (n, 2 * a)

 private:
  static constexpr std::size_t kCount = 5;
  static std::array<std::size_t, kCount> widths(const Config& config);  // in the order of the views below

  const Config& config_;
  std::shared_ptr<float[]> storage_;
  MutableView residual_;    // (n, d)
  MutableView normalized_;  // (n, d); then z (n, a)
  MutableView out_;         // (n, d): what attention or MLP adds to the residual stream
  MutableView wide_;        // q, k and v side by side (n, 3 * a); then the MLP's values (n, f)
  MutableView scale_;       // (n, 1)
};

}  // namespace hookflow
