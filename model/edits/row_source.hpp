#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow {

/// What edits put into a pass of one prompt from outside of it. Asked from several threads.
class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  /// What is put in at a position: (d) and the like; a head's (e), or its (p) keys at a pattern. `head` is 0
  /// at a place without heads. Lives as long as this.
  [[nodiscard]] virtual std::span<const float> row(const HookPoint& place, std::size_t head,
                                                   std::size_t position) const = 0;
};

/// Those of one prompt, by Intervention::source.
using RowSources = std::vector<std::shared_ptr<const RowSource>>;

}  // namespace hookflow
