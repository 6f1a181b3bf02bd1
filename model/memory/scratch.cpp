#include "model/memory/scratch.hpp"

#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "model/memory/float_block.hpp"

namespace hookflow {
namespace {

// Fewer floats than this are left to malloc, which itself keeps what is freed. Under the sanitizer all are,
// so that it sees every block freed.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();
#else
constexpr std::size_t kMany = std::size_t{1} << 20U;
#endif

struct Block {
  explicit Block(std::size_t count) : memory(FloatBlock::rounded(count)), size(count) {
    floats = memory.take(count).data();
  }
  FloatBlock memory;
  std::size_t size;
  float* floats;
};
using BlockPtr = std::unique_ptr<Block>;

/// The blocks that nobody holds.
class IdleBlocks {
 public:
  /// The smallest block that is large enough, but not more than twice as large as asked for. Where there is
  /// none, the largest is given back to the kernel, as the caller makes a new one.
  BlockPtr take(std::size_t count) {
    BlockPtr given_up;  // outlives the lock: to unmap takes time
    const std::lock_guard lock(mutex_);
    auto found = blocks_.lower_bound(count);
    const bool fits = found != blocks_.end() && found->first / 2 <= count;
    if (!fits && !blocks_.empty()) {
      given_up = std::move(blocks_.extract(std::prev(blocks_.end())).mapped());
    }
    return fits ? std::move(blocks_.extract(found).mapped()) : nullptr;
  }

  /// Where there is no memory to list the block, it goes back to the kernel.
  void give_back(BlockPtr block) noexcept {
    const std::size_t size = block->size;
    try {
      const std::lock_guard lock(mutex_);
      blocks_.emplace(size, std::move(block));
    } catch (const std::bad_alloc&) {
    }
  }

  [[nodiscard]] std::size_t floats() {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& [size, block] : blocks_) sum += size;
    return sum;
  }

 private:
  std::mutex mutex_;
  std::multimap<std::size_t, BlockPtr> blocks_;  // by size
};

// Never destroyed: a holder may let go after the end of main().
IdleBlocks& idle_blocks() {
  static auto& blocks = *new IdleBlocks;
  return blocks;
}

}  // namespace

std::shared_ptr<float[]> scratch_floats(std::size_t count) {
  if (count < kMany) return std::make_unique_for_overwrite<float[]>(count);
  BlockPtr block = idle_blocks().take(count);
  if (block == nullptr) block = std::make_unique<Block>(count);
  float* const floats = block->floats;
  return {floats, [held = block.release()](float*) { idle_blocks().give_back(BlockPtr(held)); }};
}

std::size_t idle_scratch_floats() { return idle_blocks().floats(); }

}  // namespace hookflow
