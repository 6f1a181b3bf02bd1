#pragma once
#include <cstddef>
#include <functional>

namespace hookflow {

/// Runs body(0) … body(count - 1) on the cores that are free, in no set order. The caller cuts its work into
/// blocks by shapes alone, never by the number of threads, so that results are equal to the bit for any
/// number. While it waits, the calling thread takes up no work from outside these blocks.
void parallel_blocks(std::size_t count, const std::function<void(std::size_t)>& body);

/// The number of blocks of `block` items that hold `items`.
constexpr std::size_t block_count(std::size_t items, std::size_t block) {
  return (items + block - 1) / block;
}

}  // namespace hookflow
